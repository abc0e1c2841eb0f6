CREATE TABLE t (id bigint NOT NULL, name text NOT NULL, note text, CONSTRAINT t_pkey PRIMARY KEY (id));
