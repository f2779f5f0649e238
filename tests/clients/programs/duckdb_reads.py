"""DuckDB with its extensions httpfs and aws, as they come."""

import os

import duckdb
from steps import BUCKET, run

database = duckdb.connect(config={"allow_unsigned_extensions": "true"})
for extension in ("httpfs", "aws"):
    package = __import__(f"duckdb_extension_{extension}")
    database.execute(
        f"LOAD '{package.__path__[0]}/extensions/v{duckdb.__version__}/{extension}.duckdb_extension'"
    )
place = os.environ["AWS_ENDPOINT_URL_S3"].removeprefix("http://")
database.execute(
    f"""CREATE SECRET (TYPE s3, PROVIDER credential_chain,
    REFRESH auto, ENDPOINT '{place}', USE_SSL false, URL_STYLE path, REGION 'ap-northeast-1')"""
)


def read(key: str) -> bytes:
    found = database.execute(f"SELECT content FROM read_text('s3://{BUCKET}/{key}')").fetchone()
    assert found
    return str(found[0]).encode()


run(read)
