"""The item of a share that lists the last tries of its password."""

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.services.measuring import METER
from vending.aws.table.items import is_unmet, item, read_items, unchanged
from vending.shares.opening.tries import ALL_SECONDS
from vending.table import tries_key


@METER.timed("table")
def read(client: Any, table: str, share: str) -> str | None:
    """The item of a share, read consistently; raises ``Unavailable``."""
    key = tries_key(share)
    return read_items(client, table, [key], consistent=True).get(key)


@METER.timed("table")
def replace(
    client: Any, table: str, share: str, before: str | None, after: str, now: datetime
) -> bool:
    """Replace the item if it is still as it was read; whether it was.

    If an answer got lost, the second try finds its own text and succeeds.

    Raises:
        Unavailable: DynamoDB failed.
    """
    ends = {"ttl": {"N": str(int(now.timestamp()) + 2 * ALL_SECONDS)}}
    condition = unchanged(before)
    condition["ConditionExpression"] += " OR document = :after"
    values = condition.pop("ExpressionAttributeValues", {}) | {":after": {"S": after}}
    with translate_errors():
        try:
            client.put_item(
                TableName=table,
                Item=item(tries_key(share), after) | ends,
                ExpressionAttributeValues=values,
                **condition,
            )
        except ClientError as error:
            if is_unmet(error):
                return False
            raise
    return True
