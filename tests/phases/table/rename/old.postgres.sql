INSERT INTO people (name) VALUES ('Old');
UPDATE people SET level = level + 1 WHERE name = 'Ann';
UPDATE people SET name = 'Robert' WHERE name = 'Bob';
INSERT INTO notes SELECT id, 'from old' FROM people WHERE name = 'Old';
INSERT INTO people (id, name) VALUES (1, 'again') ON CONFLICT (id) DO UPDATE SET level = 5;
