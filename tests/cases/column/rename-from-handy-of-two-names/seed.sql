INSERT INTO users (id, handy) VALUES (1, '0815');
