INSERT INTO people (id, name, born) VALUES (1, 'Ann', '2000-01-01');
