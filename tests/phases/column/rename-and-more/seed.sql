INSERT INTO orders (id, "Mail") VALUES (1, 'a'), (2, NULL);
