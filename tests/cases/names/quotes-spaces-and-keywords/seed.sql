INSERT INTO "order" ("select", "two words") VALUES (1, 'a'), (2, 'b');
