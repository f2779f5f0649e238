"""DuckDB, which reads and writes in one statement."""

from steps import BUCKET, IN, duckdb_database, numbers_of, run

database = duckdb_database()


def read(key):
    return numbers_of(database, key)


def write(key):
    database.execute(f"COPY (FROM 's3://{BUCKET}/{IN}') TO 's3://{BUCKET}/{key}'")


run(read, write)
