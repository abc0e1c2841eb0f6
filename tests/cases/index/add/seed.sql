INSERT INTO t (id, a, b, email) VALUES (1, 'a', 1, 'A@x'), (2, 'b', 2, 'B@x');
