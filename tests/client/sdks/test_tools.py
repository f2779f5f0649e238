"""Credentials by the names of each tool."""

import pytest

import s3vend
from s3vend.service.credentials import Credentials, credentials_of
from s3vend.service.fresh import Fresh
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


def in_two_regions() -> Credentials:
    """As the service answers for two buckets."""
    made = answer() | {
        "buckets": [
            {"bucket": "in", "region": "eu-west-1"},
            {"bucket": "out", "region": "us-east-1"},
        ]
    }
    del made["region"]
    return credentials_of(made)


def test_duckdb_gets_a_secret_for_each_bucket_where_their_regions_differ() -> None:
    first, second = s3vend.duckdb_secret(in_two_regions(), url_style="path").split("; ")
    assert first.startswith("CREATE OR REPLACE TEMPORARY SECRET s3vend_1 (")
    assert "REGION 'eu-west-1', SCOPE 's3://in/', URL_STYLE 'path')" in first
    assert second.startswith("CREATE OR REPLACE TEMPORARY SECRET s3vend_2 (")
    assert "REGION 'us-east-1', SCOPE 's3://out/', URL_STYLE 'path')" in second


def test_duckdb_gets_one_secret_where_its_region_is_given() -> None:
    made = s3vend.duckdb_secret(in_two_regions(), scope="s3://out/", region="us-east-1")
    assert made.count("SECRET s3vend ") == 1
    assert made.endswith("REGION 'us-east-1', SCOPE 's3://out/')")
    with pytest.raises(ValueError, match="several regions: give region="):
        s3vend.duckdb_secret(in_two_regions(), scope="s3://out/")


def test_tools_with_one_region_get_none_where_the_buckets_have_several() -> None:
    found = in_two_regions()
    assert s3vend.ObstoreProvider(Fresh(lambda: found)).config == {}
    assert "region" not in s3vend.pyarrow_keys(found)
    assert "s3.region" not in s3vend.pyiceberg_properties(found)


@pytest.mark.parametrize("name", ["a b", "a;drop", "", "ä"])
def test_a_name_that_is_none_in_duckdb_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="DuckDB"):
        s3vend.duckdb_secret(credentials_of(answer()), name=name)
