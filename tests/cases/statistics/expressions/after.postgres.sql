CREATE FUNCTION shortened(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT left($1, 3)';
CREATE TABLE people (id bigint NOT NULL PRIMARY KEY, name text NOT NULL, born date NOT NULL);
CREATE STATISTICS of_name ON lower(name) FROM people;
ALTER STATISTICS of_name SET STATISTICS 200;
CREATE STATISTICS stays ON born, shortened(name) FROM people;
CREATE STATISTICS several (mcv) ON id, extract(year from born), (lower(name) || 'x') FROM people;
ALTER STATISTICS several SET STATISTICS 0;
