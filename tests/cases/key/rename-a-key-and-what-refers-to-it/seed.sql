INSERT INTO users (id) VALUES (1), (2);
INSERT INTO orders (id, user_id) VALUES (10, 1), (11, 2);
