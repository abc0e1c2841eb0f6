INSERT INTO users (id, mobile) VALUES (1, '0815');
