INSERT INTO addresses (id, street) VALUES (7, 'a st');
INSERT INTO users (id, address_id) VALUES (1, 7), (2, NULL);
