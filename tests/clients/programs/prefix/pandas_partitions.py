"""pandas, which writes a directory of partitions with PyArrow's own files."""

import pandas
from pyarrow.fs import S3FileSystem
from steps import BUCKET, NUMBERS, REGION, URL, run

files = S3FileSystem(region=REGION, endpoint_override=URL, force_virtual_addressing=False)


def read(key):
    # A list of files: a directory would be looked up first.
    return pandas.read_parquet(f"{BUCKET}/{key}", filesystem=files)["n"].tolist()


def write(key):
    pandas.DataFrame({"n": NUMBERS, "part": NUMBERS}).to_parquet(
        f"{BUCKET}/{key}", index=False, partition_cols=["part"], filesystem=files, create_dir=False
    )


run(read, write)
