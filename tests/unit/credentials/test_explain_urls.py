"""What an explanation says of presigned URLs: as a request for them would be decided."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.support.effects import effects
from tests.support.make import NOW, caller, grant, knowing, location, record
from vending.bodies.parse import parse
from vending.credentials.explain import explain
from vending.credentials.request import CredentialsRequest
from vending.decision.effects import Known, LoadGrants
from vending.denials.denials import NOTHING_DENIED, Denials, Place
from vending.denials.names import caller_part
from vending.errors import Unavailable


def explained(load: LoadGrants, permission: str = "READ", **members: object) -> dict[str, Any]:
    body = {"target": "s3://bkt/a/x", "permission": permission} | members
    body = {name: value for name, value in body.items() if value is not None}
    request = parse(CredentialsRequest, json.dumps(body))
    return explain(caller(), request, record(), effects(load))


def urls(load: LoadGrants, permission: str = "READ", **members: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = explained(load, permission, **members)["presignedUrls"]
    return found


def test_urls_that_would_be_signed_are_granted_with_their_longest_lifetime() -> None:
    assert urls(knowing(grant("s3://bkt/a/* READ"))) == [
        {
            "permission": "READ",
            "methods": ["GET", "HEAD"],
            "decision": "granted",
            "reason": "The grant 'a-grant' allows READ on s3://bkt/a/*.",
            "maxExpiresIn": 3300,
        }
    ]


def test_reading_and_writing_are_judged_apart_as_requests_for_urls_are() -> None:
    grants = knowing(
        grant("s3://bkt/a/* READ", id="r"), grant("s3://bkt/* WRITE", id="w", max_duration=60)
    )
    answer = explained(grants, "READWRITE")
    assert (answer["decision"], answer["code"]) == ("refused", "PresignOnly")
    reads, writes = answer["presignedUrls"]
    assert (reads["permission"], reads["decision"]) == ("READ", "granted")
    assert (writes["permission"], writes["methods"]) == ("WRITE", ["PUT", "POST", "DELETE"])
    assert (writes["decision"], writes["maxExpiresIn"]) == ("granted", 60)


def test_a_part_without_a_grant_is_refused_with_its_reason() -> None:
    reads, writes = urls(knowing(grant("s3://bkt/a/* READ")), "READWRITE")
    assert reads["decision"] == "granted"
    assert writes == {
        "permission": "WRITE",
        "methods": ["PUT", "POST", "DELETE"],
        "decision": "refused",
        "code": "AccessDenied",
        "reason": "None of your grants allows WRITE on s3://bkt/a/x.",
    }


LIMITED = {"max_object_size": 10, "content_types": ("image/*",)}


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("row", "permission", "expected"),
    [
        ({"max_duration": 300}, "READ", {"maxExpiresIn": 300}),
        ({"expires": NOW + timedelta(seconds=100)}, "READ", {"maxExpiresIn": 100}),
        (LIMITED, "WRITE", {"maxExpiresIn": 3300, "maxObjectSize": 10, "contentTypes": ["image/*"]}),
    ],
)  # fmt: skip
def test_a_grant_for_urls_alone_says_so_and_within_which_limits(
    row: dict[str, Any], permission: str, expected: dict[str, object]
) -> None:
    answer = explained(knowing(grant("s3://bkt/* READWRITE", **row)), permission)
    presign_only = "expires" not in row
    assert answer["decision"] == ("refused" if presign_only else "granted")
    assert answer.get("code") == ("PresignOnly" if presign_only else None)
    (part,) = answer["presignedUrls"]
    limits = ("maxExpiresIn", "maxObjectSize", "contentTypes")
    assert {name: part[name] for name in limits if name in part} == expected


@pytest.mark.parametrize("members", [{"durationSeconds": 60}, {"durationSeconds": 86_400}])
def test_the_duration_of_credentials_is_of_no_matter_to_urls(members: dict[str, Any]) -> None:
    answer = explained(knowing(grant("s3://bkt/* READ")), **members)
    assert (answer["decision"], answer["code"]) == ("refused", "DurationNotAllowed")
    assert answer["presignedUrls"][0]["decision"] == "granted"


def denied(place: Place) -> LoadGrants:
    granted = (grant("s3://bkt/* READ"),)
    return lambda keys, bucket: Known(granted, (location(),), Denials.of([(place, None)]))


REFUSED: list[tuple[str, LoadGrants, str]] = [
    ("nobody granted it", knowing(), "AccessDenied"),
    ("the caller is blocked", denied(Place("caller", caller_part(caller().identity))), "Blocked"),
    ("the bucket is not registered", knowing(grant("s3://bkt/* READ"), registered=False), "AccessDenied"),
    ("the policy of the grant is too long", knowing(grant(f"s3://bkt/a/x{'?' * 600} READ")), "PolicyTooLarge"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "load", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_a_request_for_urls_would_refuse_is_refused(
    why: str, load: LoadGrants, code: str
) -> None:
    long = {"target": f"s3://bkt/a/x{'?' * 600}"} if code == "PolicyTooLarge" else {}
    (part,) = urls(load, **long)
    assert (part["decision"], part["code"]) == ("refused", code)
    assert part["reason"]
    assert "maxExpiresIn" not in part


def test_a_condition_that_the_caller_cannot_meet_refuses_urls_too() -> None:
    load = knowing(grant("s3://bkt/* READ", source_ip="caller"))
    request = parse(CredentialsRequest, '{"target": "s3://bkt/a", "permission": "READ"}')
    answer: Any = explain(caller(source_ip="nowhere"), request, record(), effects(load))
    assert answer["presignedUrls"][0]["code"] == "AccessDenied"


def test_a_key_that_a_form_would_change_has_no_form() -> None:
    grants = knowing(grant("s3://bkt/* WRITE"))
    (part,) = urls(grants, "WRITE", target="s3://bkt/${filename}")
    assert part["methods"] == ["PUT", "DELETE"]


def test_all_that_an_explanation_judges_is_read_once() -> None:
    asked: list[Sequence[str]] = []

    def load(keys: Sequence[str], buckets: Sequence[str]) -> Known:
        asked.append(buckets)
        return Known((grant("s3://bkt/* READWRITE"),), (location(),), NOTHING_DENIED)

    urls(load, "READWRITE")
    assert asked == [("bkt",)]


def test_a_table_that_fails_explains_nothing() -> None:
    def load(keys: Sequence[str], buckets: Sequence[str]) -> Known:
        raise Unavailable("Broken")

    with pytest.raises(Unavailable):
        explained(load)


def test_the_record_is_that_of_the_credentials_alone() -> None:
    notes = record()
    request = parse(CredentialsRequest, '{"target": "s3://bkt/a", "permission": "READ"}')
    explain(caller(), request, notes, effects(knowing(grant("s3://bkt/* READ", max_duration=60))))
    assert (notes.members["outcome"], notes.members["code"]) == ("refused", "PresignOnly")
    assert notes.members["permission"] == "READ"


@pytest.mark.invariant(19)
def test_urls_under_several_grants_are_told_apart_by_grant_with_their_targets() -> None:
    load = knowing(
        grant("s3://bkt/a/* READWRITE", id="a", **LIMITED),
        grant("s3://two/* READWRITE", id="two", max_duration=60),
        buckets=("bkt", "two"),
    )
    targets = ["s3://bkt/a/x", "s3://two/*", "s3://bkt/a/${filename}"]
    answer = explained(load, "READWRITE", target=None, targets=targets)
    told = {
        (one["permission"], *one["targets"]): (one["methods"], one["maxExpiresIn"])
        for one in answer["presignedUrls"]
    }
    first = ("s3://bkt/a/x", "s3://bkt/a/${filename}")
    assert told == {
        ("READ", *first): (["GET", "HEAD"], 3300),
        ("READ", "s3://two/*"): (["GET", "HEAD", "LIST"], 60),
        ("WRITE", *first): (["PUT", "DELETE"], 3300),
        ("WRITE", "s3://two/*"): (["PUT", "POST", "DELETE"], 60),
    }
    limited = [one for one in answer["presignedUrls"] if "maxObjectSize" in one]
    assert [(one["permission"], one["targets"]) for one in limited] == [("WRITE", [*first])]


def test_more_grants_than_a_batch_can_use_are_refused_as_it_would_be() -> None:
    load = knowing(*(grant(f"s3://bkt/{n}/* READ", id=f"g{n}") for n in range(11)))
    (part,) = urls(load, target=None, targets=[f"s3://bkt/{n}/x" for n in range(11)])
    assert (part["decision"], part["code"]) == ("refused", "TooLarge")
