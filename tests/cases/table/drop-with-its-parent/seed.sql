INSERT INTO t (id, name) VALUES (1, 'a'), (2, 'b b'), (3, 'c''c');
INSERT INTO parent (id) VALUES (1);
INSERT INTO child (id, parent_id) VALUES (1, 1);
