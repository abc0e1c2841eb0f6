INSERT INTO users (id, street) VALUES (1, 'a st'), (2, NULL);
