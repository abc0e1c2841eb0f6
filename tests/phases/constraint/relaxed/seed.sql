INSERT INTO teams VALUES (1);
INSERT INTO users (id, name, team) VALUES (1, 'ab', 1);
