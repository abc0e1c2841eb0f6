INSERT INTO t (id, a, b) VALUES (1, 'a', 'b'), (2, 'a', 'c');
