INSERT INTO cities VALUES ('Riva', 100), ('Salò', 200);
