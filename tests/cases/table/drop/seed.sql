INSERT INTO t (id, name) VALUES (1, 'a'), (2, 'b b'), (3, 'c''c');
INSERT INTO u (id, t_id) VALUES (1, 1), (2, 1);
