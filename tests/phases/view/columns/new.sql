INSERT INTO users (id, name, phone) SELECT max(id) + 1, 'n', max(phone) FROM gains;
INSERT INTO users (id, name, phone) SELECT 10, 'n', max(phone) FROM comes;
