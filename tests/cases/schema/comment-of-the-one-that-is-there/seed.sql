INSERT INTO t (id, note) VALUES (1, 'a');
