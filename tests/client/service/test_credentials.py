"""Credentials: what is asked for, and what comes back."""

import time
from datetime import timezone
from pathlib import Path
from typing import Any

import pytest

import s3vend
from s3vend.service.connect import Service
from s3vend.service.credentials import credentials_of
from tests.client.asking import service
from tests.client.conftest import Serve
from tests.client.tokens import token
from tests.client.vending import PREFIX, answer, vending

OUT = "s3://bucket/results/*"
VENDERS = (s3vend.credentials, s3vend.fresh, s3vend.session, s3vend.botocore_session)


def own(target: str, permission: str) -> "dict[str, str]":
    return {"target": target, "permission": permission}


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ({"target": PREFIX}, {"target": PREFIX, "permission": "READ"}),
        ({"target": [PREFIX]}, {"targets": [PREFIX], "permission": "READ"}),
        ({"target": (PREFIX,)}, {"targets": [PREFIX], "permission": "READ"}),
        ({"target": {PREFIX: 1}.keys()}, {"targets": [PREFIX], "permission": "READ"}),
        (
            {"target": PREFIX, "permission": "WRITE", "duration_seconds": 900},
            {"target": PREFIX, "permission": "WRITE", "durationSeconds": 900},
        ),
        (
            {"target": PREFIX, "privilege": "Default"},
            {"target": PREFIX, "permission": "READ", "privilege": "Default"},
        ),
        ({"read": PREFIX}, {"targets": [own(PREFIX, "READ")]}),
        (
            {"read": [PREFIX, "s3://b/in.csv"], "write": [OUT]},
            {
                "targets": [
                    own(PREFIX, "READ"),
                    own("s3://b/in.csv", "READ"),
                    own(OUT, "WRITE"),
                ]
            },
        ),
        (
            {"readwrite": (OUT,), "privilege": "Default"},
            {"targets": [own(OUT, "READWRITE")], "privilege": "Default"},
        ),
        ({"read": [], "write": OUT}, {"targets": [own(OUT, "WRITE")]}),
        (
            {"target": PREFIX, "write": OUT},
            {"targets": [PREFIX, own(OUT, "WRITE")], "permission": "READ"},
        ),
        (
            {"target": [PREFIX], "permission": "READWRITE", "write": OUT},
            {"targets": [PREFIX, own(OUT, "WRITE")], "permission": "READWRITE"},
        ),
    ],
)
def test_what_is_asked_for_is_what_was_said(
    serve: Serve, arguments: "dict[str, object]", asked: "dict[str, object]"
) -> None:
    served = vending(serve, 900)
    found = s3vend.credentials(**arguments, service=service(served.url))  # type: ignore[arg-type]
    assert served.asked[0].json == asked
    assert (found.access_key_id, found.region) == ("ASIA1", "eu-west-1")
    assert found.expiration.tzinfo is timezone.utc
    assert found.environment["AWS_SESSION_TOKEN"] == "very-secret-token"
    assert "very-secret" not in repr(found)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (None, "^There is no target. Give a target .*, or read=, write= or readwrite=."),
        ([], "^There is no target"),
        (5, "^Give a target .* or an iterable of these; not int"),
        (PREFIX.encode(), "not bytes"),
        ({"target": PREFIX}, "not dict"),
        (Path("reports"), "not .*Path"),
        ([PREFIX, b"x"], "^Item 1: give a target .*, not bytes"),
        ([[PREFIX]], "^Item 0: .*, not list"),
    ],
    ids=str,
)
@pytest.mark.parametrize("function", VENDERS)
def test_what_is_not_a_target_is_refused_before_anything_is_sent(
    serve: Serve, function: Any, target: object, message: str
) -> None:
    served = vending(serve, 900)
    with pytest.raises(s3vend.SettingsError, match=message):
        function(target, service=service(served.url))
    assert served.asked == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "^There is no target"),
        ({"read": [], "write": ()}, "^There is no target"),
        ({"permission": "WRITE", "read": PREFIX}, "^permission= says .* there is no target; read="),
        ({"read": {PREFIX: 1}}, "^read=: Give a target .*; not dict"),
        ({"read": PREFIX, "write": 5}, "^write=: Give a target .*; not int"),
        ({"readwrite": [PREFIX, None]}, "^readwrite=: Item 1: give a target .*, not NoneType"),
        ({"target": PREFIX, "write": b"s3://b/k"}, "^write=: .*; not bytes"),
    ],
    ids=str,
)
@pytest.mark.parametrize("function", VENDERS)
def test_a_wrong_mixture_of_targets_and_permissions_is_refused_before_anything_is_sent(
    serve: Serve, function: Any, arguments: "dict[str, object]", message: str
) -> None:
    served = vending(serve, 900)
    with pytest.raises(s3vend.SettingsError, match=message):
        function(**arguments, service=service(served.url))
    assert served.asked == []


@pytest.mark.parametrize("function", VENDERS)
def test_each_of_them_takes_targets_with_permissions_of_their_own(
    serve: Serve, function: Any
) -> None:
    served = vending(serve, 900)
    function(read=[PREFIX], write=[OUT], readwrite="s3://b/k", service=service(served.url))
    assert served.asked[0].json == {
        "targets": [own(PREFIX, "READ"), own(OUT, "WRITE"), own("s3://b/k", "READWRITE")]
    }


def test_what_several_grants_opened_names_each_target_permission_and_region() -> None:
    several = answer() | {
        "matchedGrantTargets": [own(PREFIX, "READ"), own(OUT, "WRITE")],
        "buckets": [
            {"bucket": "bucket", "region": "eu-west-1"},
            {"bucket": "other", "region": "us-east-1"},
        ],
    }
    del several["region"], several["permission"]
    found = credentials_of(several)
    assert found.matched_grant_targets == (PREFIX, OUT)
    assert found.permission == "READ WRITE"
    assert (found.region, found.buckets) == ("", {"bucket": "eu-west-1", "other": "us-east-1"})
    assert "AWS_REGION" not in found.environment
    assert hash(found) == hash(credentials_of(several))


@pytest.mark.parametrize("function", [s3vend.fresh, s3vend.botocore_session])
def test_an_iterator_of_targets_is_read_once_and_kept_for_each_renewal(
    serve: Serve, function: Any
) -> None:
    served = vending(serve, 0.01, 900)
    targets = (one for one in [PREFIX])
    kept = function(targets, write=iter([OUT]), service=service(served.url))
    time.sleep(0.02)
    kept() if callable(kept) else kept.get_credentials().get_frozen_credentials()
    assert [one.json["targets"] for one in served.asked] == [[PREFIX, own(OUT, "WRITE")]] * 2


def test_the_service_of_the_environment_is_the_default(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    served = vending(serve, 900)
    alone.setenv("S3VEND_URL", served.url)
    alone.setenv("S3VEND_TOKEN", token())
    assert s3vend.fresh(PREFIX)().access_key_id == "ASIA1"
    assert isinstance(s3vend.connect(), Service)
