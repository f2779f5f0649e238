"""Zarr, with s3fs."""

import numpy as np
import zarr
from steps import BODY, BUCKET, run

DIGITS = np.frombuffer(BODY.encode(), dtype="uint8")


def read(key):
    return bytes(zarr.open_array(f"s3://{BUCKET}/{key}", mode="r")[:]).decode()


def write(key):
    array = zarr.create_array(
        f"s3://{BUCKET}/{key}",
        shape=DIGITS.shape,
        chunks=DIGITS.shape,
        dtype=DIGITS.dtype,
        compressors=None,
        overwrite=False,
    )
    array[:] = DIGITS


run(read, write, known=None)
