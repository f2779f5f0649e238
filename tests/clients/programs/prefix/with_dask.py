"""Dask's data frames, with s3fs."""

import dask
import pandas
from dask import dataframe
from steps import BUCKET, NUMBERS, run

dask.config.set(scheduler="synchronous")


def read(key):
    return dataframe.read_parquet(f"s3://{BUCKET}/{key}").compute()["n"].tolist()


def write(key):
    table = dataframe.from_pandas(pandas.DataFrame({"n": NUMBERS}), npartitions=2)
    table.to_parquet(f"s3://{BUCKET}/{key}")


run(read, write)
