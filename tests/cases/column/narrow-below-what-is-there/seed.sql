INSERT INTO t (id, name) VALUES (1, 'abc'), (2, 'abcdef');
