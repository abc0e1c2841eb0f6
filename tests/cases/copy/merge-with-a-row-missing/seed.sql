INSERT INTO users (id) VALUES (1), (2);
INSERT INTO addresses (id, user_id, street) VALUES (1, 1, 'a st');
