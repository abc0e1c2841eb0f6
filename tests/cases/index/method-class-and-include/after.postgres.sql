CREATE TABLE t (id bigint NOT NULL, a text NOT NULL, b integer NOT NULL, doc jsonb, CONSTRAINT t_pkey PRIMARY KEY (id));
CREATE INDEX t_doc_idx ON t USING gin (doc);
CREATE INDEX t_doc_path ON t USING gin (doc jsonb_path_ops);
CREATE INDEX t_a_pattern ON t (a text_pattern_ops DESC);
CREATE INDEX t_a_hash ON t USING hash (a);
CREATE UNIQUE INDEX t_b ON t (b) INCLUDE (a);
