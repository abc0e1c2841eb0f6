SELECT setval('grows', 12), setval('falls', -7), setval('owned', 40), setval('wide', 3); INSERT INTO t VALUES (1, 2);
