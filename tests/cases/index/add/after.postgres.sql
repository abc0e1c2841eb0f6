CREATE TABLE t (id bigint NOT NULL, a text NOT NULL, b integer NOT NULL, email text NOT NULL, gone boolean DEFAULT false NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (id));
CREATE INDEX t_a_b_idx ON t (a, b);
CREATE UNIQUE INDEX t_email_idx ON t (email);
