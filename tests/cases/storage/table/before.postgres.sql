CREATE TABLE t (id bigint NOT NULL, note text, CONSTRAINT t_pkey PRIMARY KEY (id)) WITH (autovacuum_enabled=false, fillfactor=90);
