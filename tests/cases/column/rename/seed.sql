INSERT INTO t (id, mobile) VALUES (1, '123'), (2, NULL);
