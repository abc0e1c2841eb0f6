INSERT INTO addresses (id, zip, city, note) VALUES (1, '1010', 'Vienna', 'x');
