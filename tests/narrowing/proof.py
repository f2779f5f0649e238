"""One session against what was granted: the questions, and how many there were."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tests.evaluator import allows, names
from tests.narrowing.actions import every_action
from tests.narrowing.cases import Case
from tests.narrowing.expected import ALWAYS, Expected
from tests.narrowing.lending import lend, role_arn
from tests.narrowing.near import near
from vending.errors import PolicyTooLarge

OTHER_BUCKETS = ("bkt2", "bk", "bktx", "bkt-private", "other", "BKT")
MOST = 2048  # characters of a session policy that STS takes
SMALL = 400  # characters of keys, as JSON, that fit into any policy


def check(case: Case) -> int:
    """Raise where a session may do more or less than was granted; how many keys were asked for."""
    try:
        asked = lend(case)
    except PolicyTooLarge:
        assert _characters(Expected(case)) > SMALL, f"{case} is small, and was refused"
        return 0
    assert len(asked.sessions) == (2 if case.how == "upload" and case.condition else 1), case
    keys = 0
    for place, session in enumerate(asked.sessions):
        assert session.role_arn == role_arn(case)
        expected = Expected(case, from_here=case.how == "upload" and place == 0)
        policy = json.loads(session.policy)
        left_out = set(session.left_out)
        if left_out:
            assert left_out == expected.of_buckets, case
            assert len(session.policy) + _room_for_location(policy) > MOST, f"{case} has room"
        keys += _check_policy(policy, expected, expected.of_buckets - left_out)
    return keys


def _check_policy(policy: Mapping[str, Any], expected: Expected, telling: set[str]) -> int:
    spoken_of = _spoken_of(json.dumps(policy["Statement"]))
    allowed = expected.of_objects | expected.of_kms
    listing = {"s3:ListBucket"} if any(map(expected.lists, ["", *_starts(expected)])) else set()
    assert spoken_of == allowed | listing | telling, f"{expected.case}: {sorted(spoken_of)}"

    keys = near(expected.case, expected.regions, ALWAYS)
    context = expected.context
    for key in keys:
        resource, covered = expected.arn(f"bkt/{key}"), expected.covers(key)
        for action in spoken_of:
            may = allows(policy, action, resource, context)
            should = covered and action in expected.of_objects
            assert may is should, f"{expected.case}: {action} on {key!r} is {may}"
    _check_lists(policy, expected, [None, "", *keys])
    _check_other_resources(policy, expected, spoken_of)
    _check_conditions(policy, expected, telling)
    _check_kms(policy, expected)
    return len(keys)


def _check_lists(policy: Mapping[str, Any], expected: Expected, prefixes: list[str | None]) -> None:
    context = expected.context
    for prefix in prefixes:
        said = context if prefix is None else context | {"s3:prefix": prefix}
        may = allows(policy, "s3:ListBucket", expected.bucket, said)
        assert may is expected.lists(prefix), f"{expected.case}: a list of {prefix!r} is {may}"


def _check_other_resources(
    policy: Mapping[str, Any], expected: Expected, actions: set[str]
) -> None:
    others = [expected.arn(name) for name in OTHER_BUCKETS]
    others += [f"{one}/{key}" for one in others for key, _ in expected.regions]
    others += [
        "*",
        expected.arn("*"),
        expected.bucket + "/",
        f"{expected.bucket}:x",
        role_arn(expected.case),
    ]
    other_partition = "aws-cn" if expected.case.partition == "aws" else "aws"
    others += [f"arn:{other_partition}:s3:::bkt/{key}" for key, _ in expected.regions]
    whole = expected.covers("")
    said = expected.context | {"s3:prefix": expected.regions[0][0]}
    for resource in others:
        for action in actions:
            may = allows(policy, action, resource, said)
            should = whole and action in expected.of_objects and resource == expected.bucket + "/"
            assert may is should, f"{expected.case}: {action} on {resource!r} is {may}"


def _check_conditions(policy: Mapping[str, Any], expected: Expected, telling: set[str]) -> None:
    key, is_prefix = expected.regions[0]
    inside = expected.arn(f"bkt/{key}x" if is_prefix else f"bkt/{key}")
    asks: list[tuple[str, str, dict[str, str]]] = [
        (action, inside, {}) for action in sorted(expected.of_objects)
    ]
    asks += [("s3:ListBucket", expected.bucket, {"s3:prefix": one}) for one in _starts(expected)]
    asks += [(action, expected.bucket, {}) for action in sorted(telling)]
    for action, resource, said in asks:
        for context in expected.contexts_here():
            should = action in expected.of_objects | telling or expected.lists(said["s3:prefix"])
            assert allows(policy, action, resource, context | said) is should, (
                f"{expected.case}: {action} is not as granted with {context}"
            )
        for context in expected.contexts_elsewhere():
            assert not allows(policy, action, resource, context | said), (
                f"{expected.case}: {action} also with {context}"
            )


def _check_kms(policy: Mapping[str, Any], expected: Expected) -> None:
    via, own = expected.via_s3, expected.kms_key
    for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"):
        should = action in expected.of_kms
        # Without the source's address: S3 asks KMS, from an address of its own.
        for resource, context, right in (
            (own, via, True),
            (own, {}, False),
            (own, expected.context, False),
            (own, {"kms:ViaService": "ec2.ap-northeast-1.amazonaws.com"}, False),
            (own, {"kms:ViaService": "s3.us-east-1.amazonaws.com"}, False),
            (own[:-1], via, False),
            (own + "0", via, False),
            ("*", via, False),
        ):
            assert allows(policy, action, resource, context) is (should and right), (
                f"{expected.case}: {action} on {resource} with {context}"
            )


def _room_for_location(policy: Mapping[str, Any]) -> int:
    """The characters of the statement that tells the bucket's region, with its comma."""
    first = policy["Statement"][0]
    resource = first["Resource"] if isinstance(first["Resource"], str) else first["Resource"][0]
    statement = first | {
        "Action": "s3:GetBucketLocation",
        "Resource": resource.partition("/")[0],
    }
    return len(json.dumps(statement, separators=(",", ":"), ensure_ascii=False)) + 1


@lru_cache(maxsize=256)
def _speaking(statements: str) -> frozenset[str]:
    policy = {"Statement": json.loads(statements)}
    return frozenset(action for action in every_action() if names(policy, action))


def _spoken_of(statements: str) -> set[str]:
    """Every action of which any statement speaks; the others are denied whatever the resource."""
    actions = [{"Action": one["Action"]} for one in json.loads(statements)]
    return set(_speaking(json.dumps(actions)))


def _starts(expected: Expected) -> list[str]:
    return [region for region, is_prefix in expected.regions if is_prefix]


def _characters(expected: Expected) -> int:
    """About what the keys take: a prefix that is listed stands there twice."""
    twice = 2 if expected.permission != "WRITE" else 1
    escaped = (key.replace("*", "${*}").replace("?", "${?}") for key, _ in expected.regions)
    return sum(len(json.dumps(key)) * twice for key in escaped)
