CREATE TABLE t (id bigint PRIMARY KEY, n integer NOT NULL);
CREATE VIEW plain WITH (security_barrier = true, check_option = cascaded) AS SELECT id, n FROM t WHERE n > 0;
CREATE VIEW guarded AS SELECT id, n FROM t WHERE n > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW outer_guarded AS SELECT id, n FROM guarded WHERE n > 1;
CREATE VIEW changes WITH (security_barrier) AS SELECT id, n FROM t;
CREATE VIEW fresh WITH (security_barrier) AS SELECT id, n FROM t WHERE n > 5 WITH LOCAL CHECK OPTION;
