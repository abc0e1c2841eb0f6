INSERT INTO t (id, name) VALUES (1, 'a'), (41, 'b');
DELETE FROM t WHERE id = 41;
