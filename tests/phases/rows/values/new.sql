UPDATE levels SET name = 'higher' WHERE id = 3;
