CREATE COLLATION german (PROVIDER = icu, LOCALE = 'de');
CREATE TABLE words (id bigint NOT NULL PRIMARY KEY, word text NOT NULL, CONSTRAINT early CHECK (word < 'z' COLLATE german));
CREATE UNIQUE INDEX words_word ON words (word COLLATE german);
