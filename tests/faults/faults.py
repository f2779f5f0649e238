"""What may happen to a call, as functions of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count as counted
from typing import Any

from tests.faults.proxy import Asked, Exchange, Fault, Given
from vending.aws.services.deadline import TRY

STS = "https://sts.amazonaws.com/doc/2011-06-15/"
JSON = {"Content-Type": "application/x-amz-json-1.0"}
XML = {"Content-Type": "text/xml"}
HTML = Given(200, b"<html><p>Back soon.</p></html>", {"Content-Type": "text/html"})


def first(fault: Fault) -> Fault:
    """The first call alone."""

    def once(exchange: Exchange, number: int) -> None:
        if number == 1:
            fault(exchange, number)
        else:
            exchange.answer(exchange.forward())

    return once


def late(exchange: Exchange, _: int) -> None:
    """Within the time that a try has."""
    exchange.closing.wait(TRY / 6)
    exchange.answer(exchange.forward())


def silent(exchange: Exchange, _: int) -> None:
    """Longer than anybody waits."""
    exchange.closing.wait(60)


def dripping(exchange: Exchange, _: int) -> None:
    """Byte by byte, each before the socket's own time limit."""
    given = exchange.forward()
    exchange.head(given, len(given.body))
    for position in range(len(given.body)):
        if exchange.closing.wait(TRY / 5):
            return
        exchange.handler.wfile.write(given.body[position : position + 1])


def reset(exchange: Exchange, _: int) -> None:
    """Ends without a word."""
    exchange.reset()


def unheard(exchange: Exchange, _: int) -> None:
    """Does what was asked, and nobody hears of it."""
    exchange.forward()
    exchange.reset()


def truncated(exchange: Exchange, _: int) -> None:
    """Half of the answer."""
    given = exchange.forward()
    half = Given(given.status, given.body[: len(given.body) // 2], given.headers)
    exchange.answer(half, length=len(given.body))
    exchange.reset()


def says(given: Given) -> Fault:
    """This, whatever was asked."""
    return lambda exchange, _: exchange.answer(given)


def refuses(status: int, code: str) -> Fault:
    """An error of DynamoDB."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "No."}
    return says(Given(status, json.dumps(body).encode(), JSON))


def sts_refuses(status: int, code: str) -> Fault:
    """An error of STS."""
    body = (
        f'<ErrorResponse xmlns="{STS}"><Error><Type>Sender</Type><Code>{code}</Code>'
        "<Message>No.</Message></Error><RequestId>0</RequestId></ErrorResponse>"
    )
    return says(Given(status, body.encode(), XML))


def s3_refuses(status: int, code: str) -> Fault:
    """An error of S3."""
    return says(Given(status, f"<Error><Code>{code}</Code></Error>".encode(), XML))


def members(change: Callable[[Asked, Any], Any]) -> Fault:
    """The real answer with other members."""

    def changed(exchange: Exchange, _: int) -> None:
        given = exchange.forward()
        body = json.dumps(change(exchange.asked, given.json)).encode()
        exchange.answer(Given(given.status, body, JSON))

    return changed


def text(change: Callable[[str], str]) -> Fault:
    """The real answer with other text."""

    def changed(exchange: Exchange, _: int) -> None:
        given = exchange.forward()
        exchange.answer(Given(given.status, change(given.body.decode()).encode(), given.headers))

    return changed


def between(name: str, value: str) -> Fault:
    """The real answer with this in an element of it."""

    def change(whole: str) -> str:
        begin, end = f"<{name}>", f"</{name}>"
        return whole.partition(begin)[0] + begin + value + end + whole.partition(end)[2]

    return text(change)


def without(name: str) -> Fault:
    """The real answer but for an element."""
    return text(lambda whole: whole.partition(f"<{name}>")[0] + whole.partition(f"</{name}>")[2])


def ends_in(**after: float) -> Fault:
    """A session that STS says to end so long from now."""

    def changed(exchange: Exchange, number: int) -> None:
        time = datetime.now(UTC) + timedelta(**after)
        between("Expiration", time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))(exchange, number)

    return changed


def unprocessed(asked: Asked, _: Any) -> Any:
    """Nothing, and everything for another call."""
    return {"Responses": {}, "UnprocessedKeys": json.loads(asked.body)["RequestItems"]}


def other_items(_: Asked, answer: Any) -> Any:
    """The same under keys that nobody asked for."""
    return json.loads(json.dumps(answer).replace("iam#", "iam#9"))


def of_others(_: Asked, answer: Any) -> Any:
    """Under the keys that were asked for, what was granted to somebody else."""
    return json.loads(json.dumps(answer).replace(":user/Faults", ":user/Somebody"))


def empty_pages() -> Fault:
    """Nothing, and always more to come."""
    numbers = counted(1)

    def answer(asked: Asked, _: Any) -> Any:
        values = json.loads(asked.body)["ExpressionAttributeValues"]
        return {
            "Items": [],
            "LastEvaluatedKey": {"pk": values[":pk"], "sk": {"S": f"!{next(numbers):09}"}},
        }

    return members(answer)


def one_page() -> Fault:
    """The first page, again and again."""
    pages: list[Any] = []

    def answer(_: Asked, real: Any) -> Any:
        pages.append(real)
        last = pages[0]["Items"][-1]
        return pages[0] | {"LastEvaluatedKey": {name: last[name] for name in ("pk", "sk")}}

    return members(answer)
