"""PyArrow's datasets: `create_dir=False`, since it would look at the bucket to create it."""

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow.fs import S3FileSystem
from steps import BUCKET, NUMBERS, REGION, URL, run

files = S3FileSystem(region=REGION, endpoint_override=URL, force_virtual_addressing=False)


def read(key):
    return ds.dataset([f"{BUCKET}/{key}"], filesystem=files).to_table()["n"].to_pylist()


def write(key):
    ds.write_dataset(
        pa.table({"n": NUMBERS}),
        f"{BUCKET}/{key}",
        format="parquet",
        filesystem=files,
        create_dir=False,
    )


run(read, write)
