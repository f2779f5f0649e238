"""What callers asked for in a minute, as counters in DynamoDB."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translated
from vending.aws.services.measuring import METER
from vending.decision.effects import Counter
from vending.table import rate_key
from vending.times import iso

KEPT_SECONDS = 120  # from the start of the minute; then DynamoDB may drop the item


@METER.timed("rate")
def add(
    client: Any, table: str, caller: str, minute: datetime, counters: Sequence[Counter]
) -> Mapping[str, int] | None:
    """Adds to all counters in one call, or to none where one would pass its limit.

    None where it was added, else the numbers that there are. A call whose answer is lost is made
    once more, and what then counts twice is refused sooner, never later.

    Raises:
        Unavailable: DynamoDB failed.
    """
    pk, sk = rate_key(caller, iso(minute))
    numbered = list(enumerate(counters))
    values = {":ttl": int(minute.timestamp()) + KEPT_SECONDS}
    for position, one in numbered:
        values |= {f":added{position}": one.added, f":room{position}": one.most - one.added}
    added = ", ".join(f"#c{position} :added{position}" for position, _ in numbered)
    with translated():
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
                | {f"#c{position}": one.name for position, one in numbered},
                ExpressionAttributeValues={
                    name: {"N": str(value)} for name, value in values.items()
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            item: Any = error.response.get("Item", {})
            return {one.name: int(item[one.name]["N"]) for one in counters if one.name in item}
    return None
