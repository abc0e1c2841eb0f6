INSERT INTO old.t (id, n) VALUES (2, 12);
