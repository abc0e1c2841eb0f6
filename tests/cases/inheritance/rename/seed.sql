INSERT INTO parent VALUES (1, 'n');
INSERT INTO s.child VALUES (2, 'n', 3), (3, 'm', 4);
