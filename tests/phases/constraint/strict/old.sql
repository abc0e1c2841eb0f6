INSERT INTO users (id, team, points) VALUES (2, NULL, 50);
INSERT INTO users (id, name, team, points) VALUES (3, 'a', 8, -5);
