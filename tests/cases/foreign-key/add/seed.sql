INSERT INTO parent (id, a, b) VALUES (1, 10, 'x'), (2, 20, 'y');
INSERT INTO child (id, parent_id, a, b) VALUES (1, 1, 10, 'x'), (2, NULL, NULL, NULL), (3, 2, 20, 'y');
