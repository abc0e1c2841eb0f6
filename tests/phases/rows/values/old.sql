UPDATE levels SET name = 'HIGH' WHERE id = 2;
UPDATE levels SET name = 'high' WHERE id = 2;
