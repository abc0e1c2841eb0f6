INSERT INTO t VALUES (1, 1, 1, 1, 1, 1, 1, 'a', 1), (2, 2, 2, NULL, NULL, 2, 2, 'b', 2);
