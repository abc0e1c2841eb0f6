INSERT INTO feelings VALUES ('ann', 'sad'), ('bob', 'happy');
