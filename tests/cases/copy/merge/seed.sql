INSERT INTO users (id, name) VALUES (1, 'ann'), (2, 'bob');
INSERT INTO addresses (user_id, street, city) VALUES (1, 'a st', 'x'), (2, 'b st', NULL);
