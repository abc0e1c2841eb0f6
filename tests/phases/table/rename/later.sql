DELETE FROM users WHERE name = 'Gone';
