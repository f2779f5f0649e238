"""Plans of multipart uploads in DynamoDB."""

import re
from typing import Any

from vending.aws.services.client import translated
from vending.aws.services.measuring import METER
from vending.aws.table.items import item, read_items
from vending.table import upload_key
from vending.uploads.upload import Upload


@METER.timed("table")
def save_upload(client: Any, table: str, upload: Upload) -> None:
    """Keep what was agreed, until it ends; a second try finds what the first one wrote.

    Raises:
        Unavailable: DynamoDB failed, or there is another one of this id.
    """
    ends = {"ttl": {"N": str(int(upload.ends.timestamp()))}}
    with translated():
        client.put_item(
            TableName=table,
            Item=item(upload_key(upload.id), upload.encode()) | ends,
            ConditionExpression="attribute_not_exists(pk) OR document = :document",
            ExpressionAttributeValues={":document": {"S": upload.encode()}},
        )


@METER.timed("table")
def load_upload(client: Any, table: str, id_: str) -> Upload | None:
    """What was agreed, if there is such an upload.

    Raises:
        Unavailable: DynamoDB failed.
    """
    if not re.fullmatch("[a-z2-7]{16}", id_):
        return None  # of no form of ours, and DynamoDB might not take it as a key
    key = upload_key(id_)
    document = read_items(client, table, [key], consistent=True).get(key)
    return None if document is None else Upload.read(id_, document)
