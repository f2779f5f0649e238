"""delta-rs, with object_store."""

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from steps import BUCKET, NUMBERS, OBJECT_STORE, run


def read(key):
    table = DeltaTable(f"s3://{BUCKET}/{key}", storage_options=OBJECT_STORE)
    return table.to_pyarrow_table()["n"].to_pylist()


def write(key):
    table = pa.table({"n": NUMBERS})
    write_deltalake(f"s3://{BUCKET}/{key}", table, storage_options=OBJECT_STORE)


run(read, write, known=None)
