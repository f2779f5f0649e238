"""Notes when an owner of shares was last seen; of callers without shares nothing is kept."""

from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.services.measuring import METER
from vending.aws.table.items import is_unmet, item
from vending.shares.owner import Owner, owner_part
from vending.table import owner_key


@METER.timed("table")
def touch(client: Any, table: str, owner: Owner) -> None:
    """Replace the owner's item, if there is one.

    Raises:
        Unavailable: DynamoDB failed.
    """
    ttl = {"ttl": {"N": str(int(owner.kept_until.timestamp()))}}
    with translate_errors():
        try:
            client.put_item(
                TableName=table,
                Item=item(owner_key(owner_part(owner.identity)), owner.encode()) | ttl,
                ConditionExpression="attribute_exists(pk)",
            )
        except ClientError as error:
            if not is_unmet(error):
                raise
