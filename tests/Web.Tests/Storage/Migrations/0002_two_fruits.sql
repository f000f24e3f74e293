INSERT INTO fruit VALUES ('quince');
INSERT INTO fruit VALUES ('medlar');
