UPDATE orders SET "user" = 'short' WHERE id = 4;
