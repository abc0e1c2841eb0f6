INSERT INTO t (id, name, note) VALUES (1, 'a', 'x'), (2, 'b', 'y');
