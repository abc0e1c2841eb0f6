INSERT INTO t (name) VALUES ('one'), ('two'), ('three');
DELETE FROM t WHERE name = 'three';
