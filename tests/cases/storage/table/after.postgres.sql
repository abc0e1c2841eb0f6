CREATE TABLE t (id bigint NOT NULL, note text, CONSTRAINT t_pkey PRIMARY KEY (id)) WITH (fillfactor=70, toast.autovacuum_vacuum_threshold=500);
