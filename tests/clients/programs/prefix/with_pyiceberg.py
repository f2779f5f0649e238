"""pyiceberg with a catalogue of its own, whose tables lie under the prefix."""

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import StaticTable
from steps import BUCKET, NUMBERS, REGION, URL, run

FILES = {
    "s3.endpoint": URL,
    "s3.region": REGION,
    "py-io-impl": "pyiceberg.io.fsspec.FsspecFileIO",
}
places = {}  # of the tables' newest metadata, as a catalogue knows them


def read(key):
    place = places.get(key, f"s3://{BUCKET}/{key}/metadata/1.metadata.json")
    return StaticTable.from_metadata(place, FILES).scan().to_arrow()["n"].to_pylist()


def write(key):
    catalogue = SqlCatalog("own", uri="sqlite://", warehouse=f"s3://{BUCKET}/{key}", **FILES)
    catalogue.create_tables()
    catalogue.create_namespace("space")
    rows = pa.table({"n": NUMBERS})
    table = catalogue.create_table("space.numbers", schema=rows.schema)
    table.append(rows)
    places[key] = table.metadata_location


run(read, write, known=None)
