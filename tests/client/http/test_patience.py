"""When a request is sent again, and after how long."""

import re

import pytest

import s3vend
from s3vend.http.patience import Patience
from s3vend.http.wire import Answer
from tests.client.asking import problem, service
from tests.client.conftest import Asked, Reply, Serve


@pytest.mark.parametrize(
    ("replies", "waits", "tries"),
    [
        ([200], [], 1),
        ([503, 200], [0.5], 2),
        ([429, 429, 200], [0.5, 1.0], 3),
        ([(503, 2), 200], [2.5], 2),
        ([503, 503, 503], [0.5, 1.0], 3),
        ([(429, 61)], [], 1),
        ([400], [], 1),
        ([403], [], 1),
    ],
)
def test_it_waits_as_long_as_it_is_told_and_a_little_by_chance(
    serve: Serve, replies: "list[object]", waits: "list[float]", tries: int
) -> None:
    left = iter(replies)

    def reply(asked: Asked) -> Reply:
        one = next(left)
        status, after = one if isinstance(one, tuple) else (one, None)
        headers = {} if after is None else {"Retry-After": str(after)}
        return (200, {}, {"fine": 1}) if status == 200 else problem(status, "Any", **headers)

    served, slept = serve(reply), []  # type: ignore[var-annotated]
    try:
        service(served.url, waits=slept).ask("credentials", {})
    except s3vend.ServiceError as error:
        assert replies[-1] != 200, error  # noqa: PT017 - either ends here
    assert (slept, len(served.asked)) == (waits, tries)


def test_nobody_there_says_where_and_how_often() -> None:
    with pytest.raises(s3vend.Unreachable, match=r"http://127\.0\.0\.1:9 .*tried 2 times"):
        service("http://127.0.0.1:9/v1").ask("credentials", {})


@pytest.mark.parametrize(("most", "tries", "says"), [(1, 1, "no"), (2, 2, "no .tried 2 times.")])
def test_what_cannot_pass_is_not_tried_as_often_as_what_can(
    most: int, tries: int, says: str
) -> None:
    calls: list[int] = []

    def send() -> Answer:
        calls.append(1)
        raise s3vend.Unreachable("no", most)

    with pytest.raises(s3vend.Unreachable) as refused:
        Patience(sleep=lambda seconds: None).retry(send)
    assert re.fullmatch(says, str(refused.value))
    assert (len(calls), refused.value.most_tries) == (tries, most)
