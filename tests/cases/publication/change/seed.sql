INSERT INTO orders (id) VALUES (1);
INSERT INTO extras (id) VALUES (1);
