"""obstore (the Rust crate object_store), as it comes; its settings are read from the environment."""

import os

from obstore.store import S3Store
from steps import BUCKET, run

own = {"allow_http": True}  # the local cloud has no TLS
store = S3Store(BUCKET, endpoint=os.environ["AWS_ENDPOINT_URL_S3"], client_options=own)
run(lambda key: bytes(store.get(key).bytes()))
