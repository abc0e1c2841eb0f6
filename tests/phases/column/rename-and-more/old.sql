INSERT INTO orders (id, "Mail", parent) VALUES (3, 'c', 1);
UPDATE orders SET "Mail" = 'aa', parent = 1 WHERE id = 1;
UPDATE orders SET parent = NULL WHERE id = 1;
