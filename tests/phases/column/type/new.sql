INSERT INTO t (id, short, long, code) VALUES (3, 'aaaaaaaaaaaaaaaaaaaa', 'b', '4');
