"""Saves and loads the plans of multipart uploads in DynamoDB."""

import re
from collections.abc import Callable
from typing import Any

from vending.aws.services.client import translate_errors
from vending.aws.services.measuring import METER
from vending.aws.table.items import item, read_items
from vending.table import Key, upload_key
from vending.uploads.upload import Upload


@METER.timed("table")
def save_upload(
    client: Any, table: str, upload: Upload, *, key_of: Callable[[str], Key] = upload_key
) -> None:
    """Save an upload's plan until it ends; a second try accepts what the first one wrote.

    Raises:
        Unavailable: DynamoDB failed, or another upload has this id.
    """
    ends = {"ttl": {"N": str(int(upload.ends.timestamp()))}}
    with translate_errors():
        client.put_item(
            TableName=table,
            Item=item(key_of(upload.id), upload.encode()) | ends,
            ConditionExpression="attribute_not_exists(pk) OR document = :document",
            ExpressionAttributeValues={":document": {"S": upload.encode()}},
        )


@METER.timed("table")
def load_upload(
    client: Any, table: str, id_: str, *, key_of: Callable[[str], Key] = upload_key
) -> Upload | None:
    """The upload with this id, if it exists.

    Raises:
        Unavailable: DynamoDB failed.
    """
    if not re.fullmatch("[a-z2-7]{16}", id_):
        return None  # not an id of ours, and DynamoDB may not accept it as a key
    key = key_of(id_)
    document = read_items(client, table, [key], consistent=True).get(key)
    return None if document is None else Upload.read(id_, document)
