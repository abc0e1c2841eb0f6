INSERT INTO users (id, name, fax) VALUES (1, 'a', 'f');
