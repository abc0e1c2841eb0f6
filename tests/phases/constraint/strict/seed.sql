INSERT INTO teams VALUES (1);
INSERT INTO users (id, name, team, points) VALUES (1, 'a', 1, 5);
