UPDATE t SET short = 'a' WHERE id = 3;
