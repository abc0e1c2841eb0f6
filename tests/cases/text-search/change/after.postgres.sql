CREATE SCHEMA app;
CREATE TEXT SEARCH DICTIONARY endings (TEMPLATE = snowball, LANGUAGE = english);
COMMENT ON TEXT SEARCH DICTIONARY endings IS 'after';
CREATE TEXT SEARCH DICTIONARY added (TEMPLATE = simple);
CREATE TEXT SEARCH DICTIONARY said (TEMPLATE = simple, ACCEPT = true);
CREATE TEXT SEARCH CONFIGURATION deutsch (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION deutsch ADD MAPPING FOR asciiword WITH added, endings;
ALTER TEXT SEARCH CONFIGURATION deutsch ADD MAPPING FOR word WITH endings;
ALTER TEXT SEARCH CONFIGURATION deutsch ADD MAPPING FOR numword, email WITH simple;
ALTER TEXT SEARCH CONFIGURATION deutsch ADD MAPPING FOR hword WITH added;
CREATE TEXT SEARCH CONFIGURATION app.moves (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION app.moves ADD MAPPING FOR word WITH endings;
COMMENT ON TEXT SEARCH CONFIGURATION app.moves IS 'moved';
CREATE TABLE notes (
    id bigint NOT NULL PRIMARY KEY,
    body text NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('deutsch', body)) STORED
);
CREATE INDEX notes_body ON notes USING gin (to_tsvector('deutsch', body));
CREATE INDEX notes_moved ON notes USING gin (to_tsvector('app.moves', body));
CREATE VIEW findings AS SELECT id FROM notes WHERE to_tsvector('deutsch', body) @@ to_tsquery('app.moves', 'x');
