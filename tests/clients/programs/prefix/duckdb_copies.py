"""DuckDB, which reads and writes in one statement."""

from duckdb_database import database, read
from steps import BUCKET, IN, run


def write(key):
    database.execute(f"COPY (FROM 's3://{BUCKET}/{IN}') TO 's3://{BUCKET}/{key}'")


run(read, write)
