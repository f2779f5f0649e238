"""A database of DuckDB with its extensions httpfs and aws, and with the credentials of the run."""

import duckdb
from steps import BUCKET, REGION, URL

database = duckdb.connect(config={"allow_unsigned_extensions": "true"})
for extension in ("httpfs", "aws"):
    package = __import__(f"duckdb_extension_{extension}")
    database.execute(
        f"LOAD '{package.__path__[0]}/extensions/v{duckdb.__version__}/{extension}.duckdb_extension'"
    )
database.execute(
    f"""CREATE SECRET (TYPE s3, PROVIDER credential_chain, REFRESH auto, REGION '{REGION}',
    ENDPOINT '{URL.removeprefix("http://")}', USE_SSL false, URL_STYLE path)"""
)


def read(key):
    rows = database.execute(f"SELECT n FROM read_parquet('s3://{BUCKET}/{key}')").fetchall()
    return [n for (n,) in rows]
