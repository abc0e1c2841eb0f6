INSERT INTO users (name) VALUES ('Old');
INSERT INTO notes SELECT user_id, 'x' FROM users WHERE name = 'Old';
