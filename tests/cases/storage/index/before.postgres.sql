CREATE TABLE t (id bigint NOT NULL, a integer NOT NULL, b text NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (id) WITH (fillfactor=90), CONSTRAINT t_a_key UNIQUE (a) WITH (fillfactor=80));
CREATE INDEX t_b_idx ON t (b);
CREATE INDEX t_lower ON t (lower(b)) WITH (fillfactor=60);
ALTER INDEX t_lower ALTER COLUMN 1 SET STATISTICS 500;
