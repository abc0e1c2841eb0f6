CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de-u-co-phonebk', DETERMINISTIC = false);
COMMENT ON COLLATION german IS 'kept';
CREATE DOMAIN unused AS text COLLATE german;
CREATE TYPE span AS RANGE (SUBTYPE = text, COLLATION = german);
CREATE TABLE words (id bigint NOT NULL PRIMARY KEY, word text NOT NULL, CONSTRAINT late CHECK (word > 'a' COLLATE german));
CREATE INDEX words_word ON words (word COLLATE german);
CREATE VIEW in_order AS SELECT id FROM words ORDER BY word COLLATE german;
COMMENT ON VIEW in_order IS 'stays';
