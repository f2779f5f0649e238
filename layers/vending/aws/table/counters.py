"""The rate limit counters in DynamoDB: one item for each caller and minute."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.services.measuring import METER
from vending.aws.table.items import is_unmet
from vending.decision.effects import Counter
from vending.table import rate_key
from vending.times import iso

KEPT_SECONDS = 120  # from the start of the minute; then DynamoDB may delete the item


@METER.timed("rate")
def add(
    client: Any, table: str, caller: str, minute: datetime, counters: Sequence[Counter]
) -> Mapping[str, int] | None:
    """Add to all counters in one call, or to none if one would exceed its limit.

    Returns None if it added, else the current numbers by counter name. If an answer gets lost, the
    call is repeated and may count twice: a caller is then refused too early, never too late.

    Raises:
        Unavailable: DynamoDB failed.
    """
    pk, sk = rate_key(caller, iso(minute))
    numbered = list(enumerate(counters))
    values = {":ttl": int(minute.timestamp()) + KEPT_SECONDS}
    for position, counter in numbered:
        values |= {
            f":added{position}": counter.added,
            f":room{position}": counter.most - counter.added,
        }
    added = ", ".join(f"#c{position} :added{position}" for position, _ in numbered)
    with translate_errors():
        try:
            client.update_item(
                TableName=table,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression=f"SET #ttl = :ttl ADD {added}",
                ConditionExpression=" AND ".join(
                    f"(attribute_not_exists(#c{position}) OR #c{position} <= :room{position})"
                    for position, _ in numbered
                ),
                ExpressionAttributeNames={"#ttl": "ttl"}
                | {f"#c{position}": counter.name for position, counter in numbered},
                ExpressionAttributeValues={
                    name: {"N": str(value)} for name, value in values.items()
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not is_unmet(error):
                raise
            item: Any = error.response.get("Item", {})
            return {
                counter.name: int(item[counter.name]["N"])
                for counter in counters
                if counter.name in item
            }
    return None
