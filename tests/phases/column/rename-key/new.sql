INSERT INTO users (name) VALUES ('New');
INSERT INTO notes SELECT id, 'y' FROM users WHERE name = 'New';
INSERT INTO tags SELECT id, 't' FROM users WHERE name = 'New';
