INSERT INTO t VALUES (1, 'a b', 'a.b'), (2, 'c', 'a');
