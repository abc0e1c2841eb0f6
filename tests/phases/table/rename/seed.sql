INSERT INTO people (name, level) VALUES ('Ann', 3), ('Bob', 7);
INSERT INTO notes VALUES (1, 'hello');
