CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, note text NOT NULL);
GRANT MAINTAIN ON t TO rcn_reader;
