INSERT INTO users (id, name, team, state) VALUES (3, NULL, 77, 'x');
INSERT INTO users (id, name, team, state) VALUES (4, 'e', NULL, 'x');
DELETE FROM users WHERE id IN (3, 4);
