"""Hugging Face datasets, with s3fs."""

from datasets import Dataset, load_dataset
from steps import BUCKET, NUMBERS, run


def read(key):
    found = load_dataset("parquet", data_files=[f"s3://{BUCKET}/{key}"], split="train")
    return found["n"][:]


run(read, lambda key: Dataset.from_dict({"n": NUMBERS}).to_parquet(f"s3://{BUCKET}/{key}"))
