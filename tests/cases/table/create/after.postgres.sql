CREATE TABLE t (id bigint NOT NULL, name text NOT NULL, CONSTRAINT t_pkey PRIMARY KEY (id));
CREATE TABLE u (
    id bigint NOT NULL,
    t_id bigint NOT NULL,
    at timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT u_pkey PRIMARY KEY (id),
    CONSTRAINT u_t_id_fkey FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE CASCADE
);
CREATE INDEX u_t_id_idx ON u (t_id);
