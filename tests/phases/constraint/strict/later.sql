UPDATE users SET points = 50 WHERE id = 4;
