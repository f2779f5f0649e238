"""DuckDB with its extensions httpfs and aws."""

from steps import BUCKET, NUMBERS, duckdb_database, numbers_of, run

database = duckdb_database()


def read(key):
    return numbers_of(database, key)


def write(key):
    database.execute(f"COPY (SELECT unnest({NUMBERS}) AS n) TO 's3://{BUCKET}/{key}'")


run(read, write)
