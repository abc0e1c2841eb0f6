INSERT INTO notes (id, of) VALUES (1, '(1,2)'), (2, '(5,0)');
