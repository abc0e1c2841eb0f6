INSERT INTO t (id, n, r, s, b) VALUES (1, '12', '1.5', 7, x'00'), (2, NULL, NULL, NULL, NULL), (3, '-4', '2.5', -8, NULL);
