INSERT INTO bookings VALUES (1, 1, '[1,5)', 'open'), (2, 1, '[4,9)', 'open'), (3, 1, '[1,5)', 'cancelled'), (4, 2, '[1,5)', 'open');
