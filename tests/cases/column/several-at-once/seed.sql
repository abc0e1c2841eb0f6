INSERT INTO t (id, a, b, c, d) VALUES (1, 'one', 5, 'gone', 'kept'), (2, 'two', NULL, NULL, NULL);
