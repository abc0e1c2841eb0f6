INSERT INTO t (id, short, long, code) VALUES (2, 'a', 'b', '4');
