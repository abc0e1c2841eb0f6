CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, LANGUAGE = german);
COMMENT ON TEXT SEARCH DICTIONARY stems IS 'kept';
CREATE TEXT SEARCH CONFIGURATION texts (PARSER = "default");
COMMENT ON TEXT SEARCH CONFIGURATION texts IS 'kept';
ALTER TEXT SEARCH CONFIGURATION texts ADD MAPPING FOR asciiword, word WITH stems;
CREATE TABLE notes (id bigint NOT NULL PRIMARY KEY, body text NOT NULL);
CREATE INDEX notes_body ON notes USING gin (to_tsvector('texts', body));
CREATE VIEW findings AS SELECT id FROM notes WHERE to_tsvector('texts', body) @@ to_tsquery('x');
