INSERT INTO users (id, name, fax) SELECT id + 1, name, 'g' FROM gains;
INSERT INTO users (id, name, fax) SELECT max(l.id) + 1, max(l.fax), NULL FROM loses l JOIN goes ON goes.id = l.id;
