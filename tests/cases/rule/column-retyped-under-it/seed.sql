INSERT INTO orders (id, amount) VALUES (2, 5);
