INSERT INTO t (id, a, b) VALUES (1, 'a', NULL), (2, 'b', 2);
INSERT INTO child (t_id) VALUES (1), (2);
