"""Credentials by the names of each tool."""

import pytest

import s3vend
from s3vend.service.credentials import Fresh, credentials_of
from tests.client.vending import answer


def test_the_tools_get_the_keys_by_their_names() -> None:
    keep = Fresh(lambda: credentials_of(answer()))
    found = keep()
    assert s3vend.ObstoreProvider(keep)()["expires_at"] == found.expiration
    assert s3vend.ObstoreProvider(keep).config["region"] == "eu-west-1"
    named, end = s3vend.PolarsProvider(keep)()
    assert (named["aws_session_token"], end) == (
        "very-secret-token",
        int(found.expiration.timestamp()),
    )
    assert s3vend.pyarrow_keys(found)["session_token"] == "very-secret-token"
    assert s3vend.pyiceberg_properties(found)["s3.session-token"] == "very-secret-token"


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "CREATE OR REPLACE TEMPORARY SECRET s3vend (TYPE s3, KEY_ID 'ASIA1'"),
        ({"scope": "s3://b/it's/"}, "SCOPE 's3://b/it''s/'"),
        ({"endpoint": "127.0.0.1:1"}, "ENDPOINT '127.0.0.1:1'"),
    ],
)
def test_duckdb_gets_a_secret_with_its_quotes_doubled(more: "dict[str, str]", text: str) -> None:
    assert text in s3vend.duckdb_secret(credentials_of(answer()), **more)


@pytest.mark.parametrize("name", ["a b", "a;drop", "", "ä"])
def test_a_name_that_is_none_in_duckdb_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="DuckDB"):
        s3vend.duckdb_secret(credentials_of(answer()), name=name)
