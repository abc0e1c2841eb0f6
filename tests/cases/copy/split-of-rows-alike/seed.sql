INSERT INTO users (id, street) VALUES (1, 'a st'), (2, 'a st'), (3, ''), (4, NULL);
