INSERT INTO orders (id, amount) VALUES (1, 5);
