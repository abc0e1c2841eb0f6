INSERT INTO m (id, at) VALUES (1, 120), (2, 320);
