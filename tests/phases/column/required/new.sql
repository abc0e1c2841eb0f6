INSERT INTO teams VALUES (1);
INSERT INTO users (id, phone, level, team) VALUES (4, 'p4', 2, 1);
