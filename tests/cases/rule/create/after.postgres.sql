CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, note text NOT NULL);
CREATE TABLE changes (id bigint NOT NULL, note text NOT NULL);
CREATE VIEW notes AS SELECT id, note FROM orders;
CREATE RULE keep_changes AS ON UPDATE TO orders WHERE OLD.note <> NEW.note AND NEW.note <> ' DO ' DO INSERT INTO changes VALUES (OLD.id, OLD.note);
COMMENT ON RULE keep_changes ON orders IS 'What was';
CREATE RULE "No end" AS ON DELETE TO orders WHERE OLD.id = 1 DO INSTEAD NOTHING;
ALTER TABLE orders DISABLE RULE "No end";
CREATE RULE "both" AS ON INSERT TO notes DO INSTEAD (INSERT INTO orders (id, note) VALUES (NEW.id, NEW.note); INSERT INTO changes VALUES (NEW.id, 'it''s'));
