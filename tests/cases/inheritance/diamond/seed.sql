INSERT INTO top VALUES (1, 't');
INSERT INTO "left" VALUES (2, 't', 1);
INSERT INTO "right" VALUES (3, 't', 1);
INSERT INTO bottom (id, text, l, r, own) VALUES (4, 't', 1, 2, 3);
