INSERT INTO t (id, name, n) VALUES (1, 'a', 5), (2, 'b', 6);
