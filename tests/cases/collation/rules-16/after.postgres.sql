CREATE COLLATION tailored (PROVIDER = icu, LOCALE = 'und', RULES = '& V << w <<< W');
CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, w text COLLATE tailored);
