INSERT INTO t VALUES (1, 1, 1, 1), (2, NULL, 1, 1), (3, 1, NULL, 1);
