"""DuckDB with its extensions httpfs and aws."""

from duckdb_database import database, read
from steps import BUCKET, NUMBERS, run


def write(key):
    database.execute(f"COPY (SELECT unnest({NUMBERS}) AS n) TO 's3://{BUCKET}/{key}'")


run(read, write)
