INSERT INTO items (id) VALUES (3);
UPDATE items SET cnt = 10 WHERE id = 1;
