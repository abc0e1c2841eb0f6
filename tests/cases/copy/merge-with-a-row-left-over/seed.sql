INSERT INTO users (id) VALUES (1);
INSERT INTO addresses (id, user_id, street) VALUES (1, 1, 'a st'), (2, 9, 'lost');
