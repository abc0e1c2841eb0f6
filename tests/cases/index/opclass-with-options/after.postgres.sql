CREATE EXTENSION ltree;
CREATE TABLE t (id integer PRIMARY KEY, text tsvector NOT NULL, path ltree NOT NULL);
CREATE INDEX t_body ON t USING gist (text tsvector_ops (siglen=100), path gist_ltree_ops (siglen='24'));
CREATE INDEX t_path ON t USING gist (path);
