"""Writes shares: makes, counts and ends them, each with one conditional write."""

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.services.measuring import METER
from vending.aws.table.items import is_unmet, item, unchanged
from vending.errors import JustRevoked, TooLarge, VendingError
from vending.shares.judge import over
from vending.shares.owners.effects import NewShare
from vending.shares.share import Share
from vending.shares.standing import Link, Ticket
from vending.table import ended_key, link_key, owned_key, owner_key, share_key, ticket_key

_NAMES = {"#uses": "uses", "#bytes": "bytes", "#last": "last", "#taken": "taken"}


@METER.timed("table")
def save(client: Any, table: str, new: NewShare) -> None:
    """Write a new share, its link and its owner, if no revocation came in between.

    Raises:
        JustRevoked: one came.
        Unavailable: DynamoDB failed, or an id is not new.
    """
    share, link = new.share, Link.of(new.share)
    ttl = _ttl(share.kept_until)
    counters = {"uses": {"N": "0"}, "bytes": {"N": "0"}}
    own = _ttl(max(share.kept_until, new.owner.kept_until))
    puts = [
        (item(share_key(share.id), share.encode()) | counters | ttl, True),
        (item(link_key(new.hashed), link.encode()) | ttl, True),
        (item(owned_key(link.owner, share.id), "{}") | ttl, True),
        (item(owner_key(link.owner), new.owner.encode()) | own, False),
    ]
    writes = [
        {
            "Put": {"TableName": table, "Item": one}
            | ({"ConditionExpression": "attribute_not_exists(pk)"} if is_new else {})
        }
        for one, is_new in puts
    ]
    checks = [
        {"ConditionCheck": {"TableName": table, "Key": item(ended_key(part)), **unchanged(before)}}
        for part, before in new.ended.items()
    ]
    with translate_errors():
        try:
            client.transact_write_items(TransactItems=[*writes, *checks])
        except ClientError as error:
            reasons = error.response.get("CancellationReasons", [])[len(writes) :]
            if any(one.get("Code") == "ConditionalCheckFailed" for one in reasons):
                raise JustRevoked(3) from error
            raise


@METER.timed("table")
def use(client: Any, table: str, share: Share, use_id: str, size: int) -> int:
    """Count one use and reserve its bytes, if there is room; return the number of the use.

    If an answer got lost, the second try finds its own id and counts nothing.

    Raises:
        ShareOver: the share was taken back or used up; nothing is counted.
        TooLarge: the bytes have no room; nothing is counted.
        Unavailable: DynamoDB failed.
    """
    conditions = ["attribute_exists(pk)", "attribute_not_exists(#taken)", "#last <> :use"]
    values: dict[str, Any] = {
        ":one": {"N": "1"},
        ":size": {"N": str(size)},
        ":use": {"S": use_id},
    }
    if share.max_uses is not None:
        conditions.append("#uses < :uses")
        values[":uses"] = {"N": str(share.max_uses)}
    if share.max_size is not None:
        conditions.append("#bytes <= :room")
        values[":room"] = {"N": str(share.max_size - size)}
    with translate_errors():
        try:
            answer = client.update_item(
                TableName=table,
                Key=item(share_key(share.id)),
                UpdateExpression="SET #last = :use ADD #uses :one, #bytes :size",
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
            return int(answer["Attributes"]["uses"]["N"])
        except ClientError as error:
            if not is_unmet(error):
                raise
            found: Any = error.response.get("Item", {})
            if found.get("last", {}).get("S") == use_id:
                return int(found["uses"]["N"])
            raise _why_not(share, found) from error


def _why_not(share: Share, found: Any) -> VendingError:
    if not found or "taken" in found:
        return over("TakenBack")
    if share.max_uses is not None and int(found["uses"]["N"]) >= share.max_uses:
        return over("UsedUp")
    return TooLarge("This link takes no more files of this size.")


@METER.timed("table")
def take(client: Any, table: str, id_: str, by: str, now: datetime) -> None:
    """Take a share back; one that was taken back before stays as it is.

    Raises:
        Unavailable: DynamoDB failed.
    """
    with translate_errors():
        try:
            client.update_item(
                TableName=table,
                Key=item(share_key(id_)),
                UpdateExpression="SET #taken = :now, takenBy = :by",
                ConditionExpression="attribute_exists(pk) AND attribute_not_exists(#taken)",
                ExpressionAttributeNames={"#taken": "taken"},
                ExpressionAttributeValues={":now": {"S": now.isoformat()}, ":by": {"S": by}},
            )
        except ClientError as error:
            if not is_unmet(error):
                raise


@METER.timed("table")
def save_ticket(client: Any, table: str, hashed: str, ticket: Ticket) -> None:
    """Write a new ticket; raises ``Unavailable``."""
    with translate_errors():
        client.put_item(
            TableName=table, Item=item(ticket_key(hashed), ticket.encode()) | _ttl(ticket.until)
        )


def _ttl(until: datetime) -> dict[str, Any]:
    """When DynamoDB may delete an item."""
    return {"ttl": {"N": str(int(until.timestamp()))}}
