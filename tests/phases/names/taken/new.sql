INSERT INTO orders (id, more) VALUES (1, 'x');
