INSERT INTO addresses (id, zip, city, country) SELECT n, n::text, 'c' || n % 3, 'x' FROM generate_series(1, 9) AS n;
