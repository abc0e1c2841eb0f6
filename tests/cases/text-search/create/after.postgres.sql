CREATE SCHEMA app;
CREATE TEXT SEARCH DICTIONARY app.stems (TEMPLATE = snowball, LANGUAGE = german, STOPWORDS = german);
COMMENT ON TEXT SEARCH DICTIONARY app.stems IS 'Without endings';
CREATE TEXT SEARCH DICTIONARY exact (TEMPLATE = simple, ACCEPT = false);
CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION app.german (PARSER = "default");
COMMENT ON TEXT SEARCH CONFIGURATION app.german IS 'German texts';
ALTER TEXT SEARCH CONFIGURATION app.german ADD MAPPING FOR asciiword, word WITH exact, app.stems;
ALTER TEXT SEARCH CONFIGURATION app.german ADD MAPPING FOR numword, email WITH simple;
ALTER TEXT SEARCH CONFIGURATION app.german ADD MAPPING FOR hword WITH app.stems, german_stem;
CREATE TEXT SEARCH CONFIGURATION nothing (PARSER = "default");
CREATE FUNCTION found(a text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT to_tsvector('app.german', a) @@ 'x'::tsquery$$;
CREATE TABLE notes (
    id bigint NOT NULL PRIMARY KEY,
    body text NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('app.german', body)) STORED,
    how regconfig DEFAULT 'app.german' NOT NULL,
    CONSTRAINT known CHECK (ts_lexize('app.stems', body) IS NOT NULL)
);
CREATE INDEX notes_body ON notes USING gin (to_tsvector('app.german', body));
CREATE VIEW findings AS SELECT id FROM notes WHERE to_tsvector('app.german', body) @@ to_tsquery('app.german', 'x');
