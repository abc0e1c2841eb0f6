CREATE TABLE orders (id integer NOT NULL PRIMARY KEY, amount bigint NOT NULL);
CREATE TABLE changes (id bigint NOT NULL, amount bigint NOT NULL);
CREATE RULE keep AS ON UPDATE TO orders WHERE NEW.amount > OLD.amount DO INSERT INTO changes VALUES (OLD.id, OLD.amount);
COMMENT ON RULE keep ON orders IS 'kept';
ALTER TABLE orders ENABLE ALWAYS RULE keep;
CREATE VIEW small AS SELECT id, amount FROM orders WHERE amount < 10;
CREATE RULE no_more AS ON INSERT TO small DO INSTEAD NOTHING;
COMMENT ON RULE no_more ON small IS 'of the view';
