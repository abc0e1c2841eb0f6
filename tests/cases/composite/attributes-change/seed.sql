INSERT INTO t (id, u) VALUES (1, ('x', 3, 1));
