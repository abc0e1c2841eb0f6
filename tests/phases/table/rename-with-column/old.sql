INSERT INTO people (id, mail) VALUES (3, 'old@x');
UPDATE people SET mail = 'ann@y' WHERE id = 1;
DELETE FROM people WHERE mail = 'bob@x';
