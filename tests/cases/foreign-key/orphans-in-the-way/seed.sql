INSERT INTO parent (id, a, b) VALUES (1, 10, 'x');
INSERT INTO child (id, parent_id) VALUES (1, 1), (2, 5);
