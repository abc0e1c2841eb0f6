INSERT INTO t (id, name, points) VALUES (1, 'a', 10), (2, 'b', 20);
