"""What every program here does under its prefix: writes, reads, and is refused both beside it.

``read`` gives an object's text or a table's numbers, or raises; ``write`` writes them. ``IN`` is
there before, and ``OUT`` is looked at afterwards.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

BUCKET, BODY = os.environ["BUCKET"], os.environ["BODY"]
IN, OUT, OUTSIDE, STRAY = (os.environ[name] for name in ("IN", "OUT", "OUTSIDE", "STRAY"))
URL = os.environ["AWS_ENDPOINT_URL_S3"]
REGION = os.environ["AWS_REGION"]
NUMBERS = [1, 2, 3]  # the only column, n
# For what is built on object_store. The local cloud has no TLS.
OBJECT_STORE = {"aws_endpoint": URL, "aws_region": REGION, "aws_allow_http": "true"}


def attempt(what: Callable[[], object]) -> str:
    """What came of something that should be refused."""
    try:
        return f"was allowed: {what()!r}"
    except Exception as error:  # noqa: BLE001 - of whatever client this is
        return f"{type(error).__name__}: {error}"[-1500:]


def run(
    read: Callable[[str], object], write: Callable[[str], object], known: str | None = IN
) -> None:
    """All steps; what came of them is printed as JSON. Without ``known``, reads what it wrote."""
    write(OUT)
    told = {
        "read": read(known or OUT),
        "refused": [attempt(lambda: read(OUTSIDE)), attempt(lambda: write(STRAY))],
    }
    sys.stdout.write(json.dumps(told))


def duckdb_database() -> Any:
    """A database of DuckDB with its extensions httpfs and aws, and with the credentials of the run."""
    import duckdb  # noqa: PLC0415 - only its own environment has it

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
    return database


def numbers_of(database: Any, key: str) -> list[int]:
    """The numbers of a table, read with DuckDB."""
    rows = database.execute(f"SELECT n FROM read_parquet('s3://{BUCKET}/{key}')").fetchall()
    return [n for (n,) in rows]
