INSERT INTO countries (id) VALUES (1), (2);
INSERT INTO towns (id, country) VALUES (1, 'c1'), (2, 'c3'), (3, 'c9');
