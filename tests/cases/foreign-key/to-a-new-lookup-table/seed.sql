INSERT INTO t (id, priority) VALUES (1, 1), (2, 2), (3, 3), (4, 2);
