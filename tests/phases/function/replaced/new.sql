INSERT INTO users SELECT come() + 10, greeting('new');
