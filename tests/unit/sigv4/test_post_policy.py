"""Form uploads: the policy binds every field, and botocore makes the same signature."""

import json
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proof.signing import forms
from vending.grants.keys import Keys
from vending.sessions.session import Credentials
from vending.sigv4.post_policy import form_fields

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ENDS = NOW + timedelta(minutes=5)
CREDENTIALS = Credentials("ASIAEXAMPLE", "secret", "token+/=", ENDS)
AMZ = {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token"}


def fields(target: Keys, **more: str) -> dict[str, str]:
    return form_fields(
        CREDENTIALS,
        target,
        region="ap-northeast-1",
        fields=more,
        lengths=(0, 1000),
        now=NOW,
        expires_at=ENDS,
    )


def policy(made: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b64decode(made["policy"]))
    return document


def test_every_field_is_bound_to_its_value() -> None:
    made = fields(Keys("bkt", "a/b.png"), **{"Content-Type": "image/png"})
    conditions = policy(made)["conditions"]
    assert made.keys() == AMZ | {"key", "Content-Type", "policy", "x-amz-signature"}
    for name in made.keys() - {"policy", "x-amz-signature"}:
        assert ["eq", f"${name}", made[name]] in conditions
    assert ["eq", "$bucket", "bkt"] in conditions
    assert ["content-length-range", 0, 1000] in conditions
    assert len(conditions) == len(made) - 2 + 2
    assert policy(made)["expiration"] == "2026-11-24T12:05:00Z"


def test_below_a_prefix_the_key_starts_with_it_and_with_nothing_shorter() -> None:
    made = fields(Keys("bkt", "uploads/acme/", is_prefix=True))
    about_keys = [one for one in policy(made)["conditions"] if one[1] == "$key"]
    assert about_keys == [["starts-with", "$key", "uploads/acme/"]]
    assert "key" not in made


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40))
def test_a_key_is_the_same_key_in_the_policy_and_no_dollar_stands_in_its_value(text: str) -> None:
    key = f"k/{text}".replace("/.", "/_")
    made = fields(Keys("bkt", key))
    document = b64decode(made["policy"]).decode("ascii")
    assert ["eq", "$key", key] in policy(made)["conditions"]
    names = {"$bucket", "$key", *(f"${name}" for name in AMZ)}
    assert document.count("$") == len(names)


@pytest.mark.parametrize("region", ["ap-northeast-1", "us-gov-west-1", "cn-north-1"])
@pytest.mark.parametrize("target", ["s3://bkt/a b/ü$", "s3://bkt/a/*", "s3://b.kt/*"])
def test_a_form_is_the_one_that_botocore_makes(target: str, region: str) -> None:
    """Random forms are in `test_presign_by_chance.py`."""
    form = forms.Form(
        Keys.parse(target),
        {"Content-Type": 'a/$b; c="ü"'},
        (1, 5),
        region,
        "token+/=",
        "secret",
        300,
        NOW,
    )
    made = forms.ours(form)
    _, theirs = forms.of_the_client(form)
    assert forms.signed(made) == forms.signed(theirs)
    assert made["x-amz-signature"] == forms.signature_of_botocore(form, made["policy"])
