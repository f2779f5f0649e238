"""The reconciler's lease in DynamoDB: one run at a time, and what the last one covered."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.table.items import is_unmet, item
from vending.revocations.ledger import Covered
from vending.table import LEASE

_LEASE = item(LEASE)
_FREE = "attribute_not_exists(#owner) OR #owner = :owner OR #until < :now"


def take(client: Any, table: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take the lease for ``owner``; False if another owner has it.

    Raises:
        Unavailable: DynamoDB failed.
    """
    with translate_errors():
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
            if is_unmet(error):
                return False
            raise
    return True


def covered(client: Any, table: str) -> Covered:
    """What the last complete run brought into force, and until when the lease is taken.

    Raises:
        Unavailable: DynamoDB failed.
    """
    with translate_errors():
        found = client.get_item(TableName=table, Key=_LEASE, ConsistentRead=True).get("Item", {})
        marks = found.get("covered", {}).get("L", [])
        merged = found.get("merged", {}).get("BOOL", False)
        until = float(found["until"]["N"]) if "owner" in found else None
        return Covered(
            frozenset(mark["S"] for mark in marks),
            merged,
            None if until is None else datetime.fromtimestamp(until, UTC),
        )


def release(client: Any, table: str, owner: str, covered: Covered | None) -> None:
    """Give the lease back, and store what the run covered (None: the run was not complete).

    Raises:
        Unavailable: DynamoDB failed, or the lease had expired and another owner took it.
    """
    names, setting = {"#owner": "owner"}, ""
    values: dict[str, Any] = {":owner": {"S": owner}}
    if covered is not None:
        setting = " SET #covered = :covered, #merged = :merged"
        names |= {"#covered": "covered", "#merged": "merged"}
        values |= {
            ":covered": {"L": [{"S": mark} for mark in covered.marks]},
            ":merged": {"BOOL": covered.merged},
        }
    with translate_errors():
        client.update_item(
            TableName=table,
            Key=_LEASE,
            UpdateExpression=f"REMOVE #owner{setting}",
            ConditionExpression="#owner = :owner",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
