INSERT INTO users (id, mail) SELECT 2, 'b' || address FROM addresses WHERE id = 1;
