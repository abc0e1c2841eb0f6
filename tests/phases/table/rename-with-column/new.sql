INSERT INTO users (id, email) VALUES (4, 'new@x');
UPDATE users SET email = 'old@y' WHERE email = 'old@x';
