"""obstore; its settings are read from the environment."""

from obstore.store import S3Store
from steps import BODY, BUCKET, URL, run

store = S3Store(BUCKET, endpoint=URL, client_options={"allow_http": True})
run(
    lambda key: bytes(store.get(key).bytes()).decode(),
    lambda key: store.put(key, BODY.encode()),
)
