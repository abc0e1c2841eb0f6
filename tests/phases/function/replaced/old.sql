INSERT INTO users SELECT gone() + shape(), greeting('old');
