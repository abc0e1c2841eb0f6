INSERT INTO users VALUES (3, 'sad');
UPDATE users SET mood = 'ok' WHERE id = 3;
