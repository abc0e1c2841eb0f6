CREATE EXTENSION postgres_fdw;
CREATE SERVER near FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname 'two', fetch_size '10');
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
