INSERT INTO users (name, level) VALUES ('New', 9);
INSERT INTO users (name) VALUES ('Gone');
UPDATE users SET level = 0 WHERE name = 'Old';
