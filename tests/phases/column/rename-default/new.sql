INSERT INTO items (id) VALUES (4);
INSERT INTO items (id, amount) VALUES (5, 50);
UPDATE items SET amount = amount + 1 WHERE id = 2;
