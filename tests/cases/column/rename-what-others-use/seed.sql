INSERT INTO parent (key, name) VALUES (1, 'a');
INSERT INTO child (id, parent_key, total) VALUES (1, 1, 5), (2, 1, 6);
