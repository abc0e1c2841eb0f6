INSERT INTO t (id, f) VALUES (1, '[1,2)');
