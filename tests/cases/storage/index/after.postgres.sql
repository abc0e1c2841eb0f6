CREATE TABLE t (id bigint NOT NULL, a integer NOT NULL, b text NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (id), CONSTRAINT t_a_key UNIQUE (a) WITH (fillfactor=75));
CREATE INDEX t_b_idx ON t (b) WITH (fillfactor=50);
CREATE INDEX t_lower ON t (lower(b));
ALTER INDEX t_lower ALTER COLUMN 1 SET STATISTICS 200;
