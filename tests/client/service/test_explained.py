"""What an explanation comes to: which commands work on the targets, and why others do not."""

from typing import Any

import pytest

from s3vend.service.explained import explained

READS = {"permission": "READ", "methods": ["GET", "HEAD"], "decision": "granted", "reason": "y"}
READS |= {"maxExpiresIn": 300}  # type: ignore[dict-item]
WRITES = READS | {"permission": "WRITE", "methods": ["PUT", "POST", "DELETE"]}
NO_WRITES = {"permission": "WRITE", "methods": ["PUT"], "decision": "refused"}
NO_WRITES |= {"code": "AccessDenied", "reason": "None of your grants allows WRITE."}
LIMITS = {"minDurationSeconds": 900, "maxDurationSeconds": 3600}
NONE = "None of your grants allows READ."


def answer(decision: str, *parts: object, **members: object) -> "dict[str, Any]":
    reason = {} if decision == "granted" else {"code": "AccessDenied", "reason": NONE}
    made = {"decision": decision, "reason": "y", "limits": LIMITS, "presignedUrls": list(parts)}
    return made | reason | members


SHORT = {"code": "PresignOnly", "limits": LIMITS | {"maxDurationSeconds": 300}}
ALL = "s3vend exec, s3vend credentials, s3vend cp and s3vend url work here."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (answer("granted", READS), ALL),
        (answer("granted", READS, WRITES), ALL),
        (
            answer("refused", READS, **SHORT),
            (
                "s3vend cp and s3vend url work here; credentials do not, since the grant's maxDuration "
                "is 5m."
            ),
        ),
        (
            answer("refused", WRITES | {"maxObjectSize": 9}, code="PresignOnly"),
            (
                "s3vend cp and s3vend url work here; credentials do not, since the grant limits uploads "
                "(maxObjectSize), which credentials cannot enforce."
            ),
        ),
        (
            answer("refused", READS, code="DurationNotAllowed", reason="It is too long."),
            "s3vend cp and s3vend url work here; credentials do not, since it is too long.",
        ),
        (
            answer("refused", READS, NO_WRITES),
            (
                "s3vend cp and s3vend url work here for READ; credentials do not, since none of your "
                "grants allows READ; URLs for WRITE do not: None of your grants allows WRITE."
            ),
        ),
        (
            answer("granted", NO_WRITES),
            (
                "s3vend exec and s3vend credentials work here; URLs for WRITE do not: None of your "
                "grants allows WRITE."
            ),
        ),
        (answer("granted"), "s3vend exec and s3vend credentials work here."),
        (
            answer("refused", NO_WRITES, reason="None of your grants allows WRITE."),
            "Nothing works here: None of your grants allows WRITE.",
        ),
    ],
)
def test_it_is_one_sentence(given: "dict[str, Any]", sentence: str) -> None:
    assert explained(given).sentence == sentence


@pytest.mark.parametrize(
    ("given", "everything", "something"),
    [
        (answer("granted", READS), True, True),
        (answer("granted"), True, True),
        (answer("refused", READS), False, True),
        (answer("granted", NO_WRITES), False, True),
        (answer("refused", READS, NO_WRITES), False, False),
        (answer("refused"), False, False),
    ],
)
def test_it_works_if_one_way_serves_all_that_is_asked(
    given: "dict[str, Any]", everything: bool, something: bool
) -> None:
    found = explained(given)
    assert (found.everything, found.something) == (everything, something)


@pytest.mark.parametrize(
    ("code", "advice"),
    [("AccessDenied", "Ask the service's operator for a grant"), ("Blocked", "s3vend revoke lift")],
)
def test_where_nothing_works_it_says_what_to_do(code: str, advice: str) -> None:
    assert advice in explained(answer("refused", NO_WRITES, code=code)).advice
    assert explained(answer("refused", READS, code=code)).advice == ""


def test_a_permission_that_several_grants_give_is_named_once() -> None:
    other = READS | {"reason": "z", "targets": ["s3://two/x"]}
    found = explained(answer("refused", READS, other, NO_WRITES))
    assert found.works == ("READ",)
    assert "work here for READ; " in found.sentence
