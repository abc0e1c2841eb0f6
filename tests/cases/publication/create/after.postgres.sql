CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, note text);
CREATE TABLE items (id bigint NOT NULL PRIMARY KEY);
CREATE PUBLICATION everything FOR ALL TABLES;
COMMENT ON PUBLICATION everything IS 'For the copy';
CREATE PUBLICATION "some" FOR TABLE orders, items WITH (publish = 'insert, delete');
CREATE PUBLICATION "None yet" WITH (publish = 'truncate');
