INSERT INTO users (id, name, street, city) VALUES (1, 'ann', 'a st', 'x'), (2, 'bob', NULL, NULL), (3, 'cy', 'c st', NULL);
