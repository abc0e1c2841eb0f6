INSERT INTO users (id, name, team, points, tag) VALUES (4, 'n', 1, 500, 'tag');
UPDATE users SET name = 'b', team = 1, points = 5 WHERE id = 3;
