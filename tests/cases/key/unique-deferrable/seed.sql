INSERT INTO t (id, place) VALUES (1, 1), (2, 2);
