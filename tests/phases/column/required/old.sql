INSERT INTO users (id, fax) VALUES (3, 'f3');
UPDATE users SET fax = 'f0' WHERE id = 1;
