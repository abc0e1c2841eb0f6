CREATE TABLE orders (id bigint NOT NULL PRIMARY KEY, remark text NOT NULL);
CREATE TABLE changes (id bigint NOT NULL, note text NOT NULL);
CREATE RULE one AS ON UPDATE TO orders WHERE NEW.remark <> OLD.remark DO INSERT INTO changes VALUES (OLD.id, OLD.remark);
COMMENT ON RULE one ON orders IS 'stays';
CREATE RULE deux AS ON DELETE TO orders DO INSTEAD NOTHING;
CREATE RULE three AS ON UPDATE TO orders WHERE NEW.id < 0 DO INSTEAD NOTHING;
ALTER TABLE orders ENABLE ALWAYS RULE three;
CREATE RULE with_extra AS ON UPDATE TO orders DO INSERT INTO changes VALUES (OLD.id, 'x');
