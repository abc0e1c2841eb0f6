CREATE SCHEMA app;
CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
COMMENT ON COLLATION german IS 'As in the phone book';
CREATE COLLATION app.german (PROVIDER = icu, LOCALE = 'de');
CREATE COLLATION app."any case" (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE COLLATION bytes (LOCALE = 'C');
CREATE COLLATION app.split (LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE DOMAIN nick AS text COLLATE app."any case" CHECK (VALUE <> 'x');
CREATE TYPE entry AS (word text COLLATE german, note text COLLATE "POSIX");
CREATE TYPE span AS RANGE (SUBTYPE = text, COLLATION = app.german);
CREATE TABLE words (
    id bigint NOT NULL PRIMARY KEY,
    word text COLLATE german NOT NULL UNIQUE,
    other varchar(20) COLLATE app.german,
    plain text COLLATE "C",
    nickname nick,
    pair entry,
    reach span,
    CONSTRAINT late CHECK (other > 'a' COLLATE app.german)
);
CREATE INDEX words_word ON words (word, plain COLLATE app.split);
CREATE INDEX words_any ON words ((lower(plain) COLLATE bytes));
CREATE TABLE parts (k text NOT NULL) PARTITION BY RANGE (k COLLATE bytes);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM ('a') TO ('m');
CREATE VIEW in_order AS SELECT id FROM words ORDER BY plain COLLATE german;
