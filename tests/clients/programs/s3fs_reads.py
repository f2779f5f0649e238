"""s3fs (fsspec, aiobotocore), as it comes."""

import s3fs
from steps import BUCKET, run

files = s3fs.S3FileSystem(use_listings_cache=False)
run(lambda key: files.cat_file(f"{BUCKET}/{key}"))
