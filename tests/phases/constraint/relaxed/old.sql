INSERT INTO users (id, name, team) VALUES (2, 'cd', 1);
INSERT INTO users (id, name, team) VALUES (1, 'ab', 1) ON CONFLICT (name) DO UPDATE SET team = 1;
