INSERT INTO parent (id, name, n) VALUES (1, 'a', 'x'), (2, 'b', NULL);
INSERT INTO child (id, parent_id) VALUES (1, 1), (2, 2);
INSERT INTO grandchild (id, child_id) VALUES (1, 1), (2, 2);
