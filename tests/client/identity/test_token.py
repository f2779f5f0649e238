"""Tokens: what one is, and when it is read again."""

import pytest

from s3vend.errors import IdentityError
from s3vend.identity.token import LONGEST, TokenIdentity, parse_token, validity
from tests.client.tokens import AUDIENCE, raw, receiver, token


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("a.b.c", "a.b.c"),
        ("Bearer a.b.c", "a.b.c"),
        ("bearer a.b.c", "a.b.c"),
        ("BEARER\ta.b.c", "a.b.c"),
        (" a.b.c\n", "a.b.c"),
        ("Bearer  a\n", "a"),
        ("bearer.b.c", "bearer.b.c"),
    ],
)
def test_a_token_is_taken_without_what_stands_around_it(text: str, taken: str) -> None:
    assert parse_token(text, "file") == taken


@pytest.mark.parametrize(
    "text",
    ["", "\n", "Bearer ", "bearer", "Bearer a b", "a b", "a\nX-Evil: 1", "ä", "x" * (LONGEST + 1)],
)
def test_what_is_no_token_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(IdentityError) as refused:
        parse_token(text, "the file")
    assert "the file" in str(refused.value)
    assert "Evil" not in str(refused.value)


@pytest.mark.parametrize(
    ("begin", "end", "later", "reads"),
    [
        (0, 3600, 3000, 1),
        (0, 3600, 3479, 1),
        (0, 3600, 3481, 2),
        (0, 3600, 4000, 2),
        (0, 60, 47, 1),
        (0, 60, 49, 2),
        (None, 3600, 3479, 1),
        (None, 3600, 3481, 2),
        (None, None, 1, 2),
    ],
)
def test_a_token_is_read_again_when_it_nears_its_end(
    begin: "int | None", end: "int | None", later: int, reads: int
) -> None:
    now, read = [1.0], []
    claims = {name: value for name, value in (("iat", begin), ("exp", end)) if value is not None}

    def source() -> str:
        read.append(now[0])
        return token(**claims)

    one = TokenIdentity("file", source, receiver(), lambda: now[0])
    one.token()
    now[0] = float(later)
    one.token()
    assert len(read) == reads


def test_a_refused_token_is_replaced_if_there_is_another() -> None:
    texts = iter([token(exp=9e9), token(exp=9e9), token(exp=9.1e9)])
    one = TokenIdentity("file", lambda: next(texts), receiver())
    one.token()
    assert not one.renew()
    assert one.renew()


@pytest.mark.parametrize(
    ("now", "ago"),
    [
        (1000.0, "0 seconds"),
        (1119.0, "119 seconds"),
        (1300.0, "5 minutes"),
        (8300.0, "2 hours"),
        (200_000_000.0, "2315 days"),
    ],
)
def test_an_ended_token_is_named_with_its_end(now: float, ago: str) -> None:
    one = TokenIdentity("S3VEND_TOKEN", lambda: token(exp=1000), receiver(), lambda: now)
    one.token()
    assert one.notes() == [
        f"The token from S3VEND_TOKEN expired at 1970-01-01T00:16:40Z, {ago} ago. Get a new one."
    ]


@pytest.mark.parametrize("end", ["9" * 400, "1e999", "-1e300", "-5", "NaN", "true", '"soon"'])
def test_a_time_that_is_none_is_as_good_as_no_time(end: str) -> None:
    text = raw({"alg": "RS256"}, f'{{"aud": "{AUDIENCE}", "exp": {end}, "iat": 1}}')
    assert validity(text)[1] is None
    one = TokenIdentity("S3VEND_TOKEN", lambda: text, receiver())
    assert one.token() == text
    assert one.notes() == [f'Identity: the token from S3VEND_TOKEN, for "{AUDIENCE}".']
