INSERT INTO users VALUES (4, 'fine');
DELETE FROM users WHERE id = 4;
