INSERT INTO users (name) VALUES ('Ann'), ('Bob');
INSERT INTO notes VALUES (1, 'hello');
