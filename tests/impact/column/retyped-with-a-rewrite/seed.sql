INSERT INTO t VALUES (1, 'a', 1.5, '{}', now()), (2, 'b', 2.5, NULL, NULL);
INSERT INTO plain VALUES (1), (2);
