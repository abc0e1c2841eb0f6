INSERT INTO parts (id, weight, fits) VALUES (1, 5, 's'), (2, 6, 'l');
