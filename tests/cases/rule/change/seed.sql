INSERT INTO orders (id, note) VALUES (2, 'a');
