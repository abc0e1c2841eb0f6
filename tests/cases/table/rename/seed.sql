INSERT INTO users (id, email) VALUES (1, 'a@x'), (2, 'b@x');
INSERT INTO child (id, user_id) VALUES (1, 1), (2, 2);
