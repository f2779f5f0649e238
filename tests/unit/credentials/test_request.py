"""The body of a request for credentials: targets, their permissions, and how many there may be."""

import json
from typing import Any

import pytest

from vending.bodies.parse import parse
from vending.credentials.request import CredentialsRequest
from vending.decision.wanted import Wanted
from vending.errors import Fault, InvalidRequest
from vending.grants.grant import Permission
from vending.grants.keys import Keys

EITHER = Fault("", "give either 'target' or 'targets'")
REQUIRED = Fault("/permission", "is required")
UNLESS = Fault("/permission", "is required, unless each of the targets has its own")
OWN = {"target": "s3://bkt/y", "permission": "WRITE"}


def read(**members: object) -> CredentialsRequest:
    return parse(CredentialsRequest, json.dumps(members))


def want(key: str, permission: str, pointer: str) -> Wanted:
    return Wanted(Keys("bkt", key), Permission(permission), pointer)


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        ({"target": "s3://bkt/x", "permission": "WRITE"}, [want("x", "WRITE", "/target")]),
        ({"targets": ["s3://bkt/x"], "permission": "WRITE"}, [want("x", "WRITE", "/targets/0")]),
        ({"targets": [OWN]}, [want("y", "WRITE", "/targets/0")]),
        (
            {"targets": ["s3://bkt/x", OWN], "permission": "READWRITE"},
            [want("x", "READWRITE", "/targets/0"), want("y", "WRITE", "/targets/1")],
        ),
        (
            {"targets": [{"bucket": "bkt", "key": "*"}], "permission": "READ"},
            [want("*", "READ", "/targets/0")],
        ),
    ],
)
def test_each_target_has_its_permission_and_place(
    members: dict[str, Any], wanted: list[Wanted]
) -> None:
    request = read(**members)
    assert [*request.wanted] == wanted
    assert (request.privilege, request.duration_seconds) == ("Minimal", None)


@pytest.mark.parametrize(
    ("members", "faults"),
    [
        ({}, [EITHER, REQUIRED]),
        ({"permission": "READ"}, [EITHER]),
        ({"target": "s3://bkt/x"}, [REQUIRED]),
        ({"target": "s3://bkt/x", "targets": [OWN], "permission": "READ"}, [EITHER]),
        ({"target": "s3://bkt/x", "targets": [OWN]}, [EITHER]),
        ({"targets": ["s3://bkt/x"]}, [UNLESS]),
        ({"targets": [OWN, "s3://bkt/x"]}, [UNLESS]),
    ],
)
def test_members_that_do_not_go_together_are_named(
    members: dict[str, Any], faults: list[Fault]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read(**members)
    assert [*refused.value.faults] == faults


def test_a_request_has_one_to_twenty_targets() -> None:
    targets = [f"s3://bkt/{n}" for n in range(21)]
    assert len(read(targets=targets[:20], permission="READ").wanted) == 20
    for refused in ([], targets):
        with pytest.raises(InvalidRequest) as too_many:
            read(targets=refused, permission="READ")
        assert [fault.pointer for fault in too_many.value.faults] == ["/targets"]
