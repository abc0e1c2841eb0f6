CREATE SCHEMA app;
CREATE COLLATION app.phone_book (PROVIDER = icu, LOCALE = 'de-u-co-phonebk');
CREATE TABLE words (id bigint NOT NULL PRIMARY KEY, word text COLLATE app.phone_book NOT NULL, plain text COLLATE app.phone_book NOT NULL);
CREATE INDEX ON words (word);
CREATE VIEW all_words AS SELECT id, word FROM words;
