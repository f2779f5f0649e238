"""pandas, with s3fs."""

import pandas
from steps import BUCKET, NUMBERS, run


def read(key):
    return pandas.read_parquet(f"s3://{BUCKET}/{key}")["n"].tolist()


run(
    read,
    lambda key: pandas.DataFrame({"n": NUMBERS}).to_parquet(f"s3://{BUCKET}/{key}", index=False),
)
