INSERT INTO orders (id, "user", "group") VALUES (4, 'a name that is longer than twenty letters', 3);
UPDATE orders SET "user" = 'cc', "group" = NULL WHERE id = 3;
