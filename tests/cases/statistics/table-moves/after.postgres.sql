CREATE SCHEMA shop;
CREATE TABLE shop.orders (id bigint NOT NULL PRIMARY KEY, total bigint NOT NULL);
CREATE STATISTICS shop.id_total ON id, total FROM shop.orders;
CREATE STATISTICS stays (mcv) ON id, total FROM shop.orders;
COMMENT ON STATISTICS stays IS 'Where it was';
