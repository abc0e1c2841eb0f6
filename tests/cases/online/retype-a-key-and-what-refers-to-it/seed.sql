INSERT INTO users (name) SELECT 'name ' || g FROM generate_series(1, 500) AS g;
INSERT INTO orders (user_id, parent_id) SELECT g % 500 + 1, CASE WHEN g > 10 THEN g - 10 END FROM generate_series(1, 2000) AS g;
INSERT INTO notes SELECT g, g FROM generate_series(10, 100) AS g;
