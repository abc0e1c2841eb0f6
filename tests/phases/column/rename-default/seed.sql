INSERT INTO items (id, cnt) VALUES (1, 1), (2, 2);
