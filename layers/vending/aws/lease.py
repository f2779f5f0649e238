"""The reconciler's lease in DynamoDB: one at a time, and what the last whole run has covered."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.calls import translated
from vending.aws.items import item
from vending.layout import LEASE

_LEASE = item(LEASE)
_FREE = "attribute_not_exists(#owner) OR #owner = :owner OR #until < :now"


def take(client: Any, table: str, owner: str, now: datetime, until: datetime) -> bool:
    """The lease, unless another has it.

    Raises:
        Unavailable: DynamoDB failed.
    """
    with translated():
        try:
            client.update_item(
                TableName=table,
                Key=_LEASE,
                UpdateExpression="SET #owner = :owner, #until = :until",
                ConditionExpression=_FREE,
                ExpressionAttributeNames={"#owner": "owner", "#until": "until"},
                ExpressionAttributeValues={
                    ":owner": {"S": owner},
                    ":now": {"N": str(now.timestamp())},
                    ":until": {"N": str(until.timestamp())},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
    return True


def covered(client: Any, table: str) -> frozenset[str]:
    """The marks of the revocations that the last whole run has brought into force.

    Raises:
        Unavailable: DynamoDB failed.
    """
    with translated():
        answer = client.get_item(TableName=table, Key=_LEASE, ConsistentRead=True)
    marks = answer.get("Item", {}).get("covered", {}).get("L", [])
    return frozenset(mark["S"] for mark in marks)


def release(client: Any, table: str, owner: str, covered: Collection[str] | None) -> None:
    """Give the lease back; with what a whole run has covered.

    Raises:
        Unavailable: DynamoDB failed, or the lease was over and another's.
    """
    marks = {":covered": {"L": [{"S": mark} for mark in covered or ()]}}
    with translated():
        client.update_item(
            TableName=table,
            Key=_LEASE,
            UpdateExpression="REMOVE #owner"
            + (" SET #covered = :covered" if covered is not None else ""),
            ConditionExpression="#owner = :owner",
            ExpressionAttributeNames={"#owner": "owner"}
            | ({} if covered is None else {"#covered": "covered"}),
            ExpressionAttributeValues={":owner": {"S": owner}} | ({} if covered is None else marks),
        )
