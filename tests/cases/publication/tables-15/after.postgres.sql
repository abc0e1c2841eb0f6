CREATE SCHEMA shop;
CREATE SCHEMA public_things;
CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, remark text NOT NULL);
CREATE PUBLICATION feed FOR TABLE orders (id, remark) WHERE (id > 10 AND remark <> '') WITH (publish_via_partition_root = true);
CREATE PUBLICATION whole FOR TABLES IN SCHEMA public_things, TABLE orders WHERE (remark <> 'x');
