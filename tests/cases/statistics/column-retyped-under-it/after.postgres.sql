CREATE TYPE size AS ENUM ('s', 'l');
CREATE TABLE parts (id integer NOT NULL PRIMARY KEY, weight bigint NOT NULL, fits size NOT NULL);
CREATE STATISTICS "both" (mcv) ON id, weight FROM parts;
ALTER STATISTICS "both" SET STATISTICS 50;
COMMENT ON STATISTICS "both" IS 'kept';
CREATE STATISTICS sized ON weight, fits FROM parts;
ALTER STATISTICS sized SET STATISTICS 10;
CREATE STATISTICS doubled ON (weight * 2), fits FROM parts;
ALTER STATISTICS doubled SET STATISTICS 7;
