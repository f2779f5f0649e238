"""`who-can`, `reach`, and `explain --as`."""

import json
from typing import Any

import pytest

from tests.client.conftest import Asked, Serve
from tests.client.typed import answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")

ANALYST = "arn:aws:iam::123456789012:role/Analyst"
GRANT = {"id": "analysts", "grantee": {"iam": ANALYST}, "permission": "READWRITE"}
REACHED: dict[str, Any] = {
    "grants": [GRANT],
    "keys": "s3://b/hr/*",
    "filled": {},
    "whole": True,
    "exact": True,
    "example": {"caller": {"arn": ANALYST}, "target": "s3://b/hr/x"},
}
NOW = {"at": "2026-11-28T12:00:00Z", "revision": 7}


def answer(*reaches: object, **more: object) -> "dict[str, object]":
    return {"reaches": list(reaches), **NOW, **more}


def test_who_can_says_who_what_and_under_which_grant(at: Serve) -> None:
    served = at(
        answering({"POST /admin/reach": answer(REACHED), "GET /admin/shares": {"shares": []}})
    )
    ended = typed("who-can", "s3://b/hr/*")
    assert ended.out == (
        "role Analyst of account 123456789012 can READ s3://b/hr/*, for example s3://b/hr/x, under "
        "the grant analysts.\n"
    )
    assert ended.code == 0
    assert "as granted at 2026-11-28T12:00:00Z, revision 7" in ended.err
    assert served.asked[0].json == {"target": "s3://b/hr/*", "permission": "READ"}


def test_nobody_is_an_answer_with_an_exit_code_of_its_own(at: Serve) -> None:
    at(answering({"POST /admin/reach": answer(), "GET /admin/shares": {"shares": []}}))
    ended = typed("who-can", "s3://b/k", "-p", "WRITE")
    assert (ended.code, ended.out) == (1, "Nobody can WRITE s3://b/k.\n")
    ended = typed("reach", "--as", ANALYST)
    assert (ended.code, ended.out) == (1, f"{ANALYST} reaches nothing.\n")


DOUBT = {"code": "UnknownBucket", "pointer": "/target", "detail": "no location and no grant has b"}


def test_a_name_that_the_service_does_not_know_is_said_beside_nobody(at: Serve) -> None:
    refused = {"decision": "refused", "reason": "r", "warnings": [DOUBT]}
    answers = {
        "POST /admin/reach": answer(warnings=[DOUBT]),
        "POST /admin/explanations": refused,
        "GET /admin/shares": {"shares": []},
    }
    at(answering(answers))
    for words in (("who-can", "s3://b/k"), ("explain", "s3://b/k", "--as", ANALYST)):
        ended = typed(*words, "--quiet")
        assert ended.code == 1
        assert ended.err == "s3vend: warning: no location and no grant has b [UnknownBucket]\n"
    told = typed("who-can", "s3://b/k", "-o", "json")
    assert (told.code, told.json) == (1, {**answer(warnings=[DOUBT]), "shares": []})


def test_all_pages_are_one_answer(at: Serve) -> None:
    def pages(asked: Asked) -> object:
        return answer(REACHED) if "nextToken=t" in asked.path else answer(REACHED, nextToken="t")

    at(answering({"POST /admin/reach": pages, "GET /admin/shares": {"shares": []}}))
    assert typed("who-can", "s3://b/k", "-o", "json").json == {
        **answer(REACHED, REACHED, warnings=[]),
        "shares": [],
    }


def test_a_refusal_is_not_nobody(at: Serve) -> None:
    at(answering({"POST /admin/reach": problem(400, "InvalidRequest", "The history begins at x.")}))
    ended = typed("who-can", "s3://b/k", "--at", "2020-01-01")
    assert "The history begins at x." in ended.err
    assert (ended.code, ended.out) == (2, "")
    at(answering({"POST /admin/reach": problem(403, "AccessDenied")}))
    ended = typed("reach", "--as", ANALYST, "-o", "json")
    assert (ended.code, ended.out) == (2, "")
    assert json.loads(ended.err)["exitCode"] == 2


def test_a_past_day_is_asked_about_as_it_ended(at: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    served = at(answering({"POST /admin/reach": answer(REACHED)}))
    typed("who-can", "s3://b/k", "--at", "2026-10-31T10:00Z")
    assert served.asked[-1].json["at"] == "2026-10-31T10:00:00Z"


def test_a_day_that_is_not_over_is_asked_about_as_it_is_now(at: Serve) -> None:
    served = at(answering({"POST /admin/reach": answer(REACHED)}))
    typed("who-can", "s3://b/k", "--at", "today")
    assert "at" not in served.asked[0].json
    typed("who-can", "s3://b/k", "--at", "yesterday")
    assert "at" in served.asked[-1].json
    typed("who-can", "s3://b/k", "--at", "2099-01-01")
    assert str(served.asked[-1].json["at"]).startswith(("2099-01-01", "2099-01-02"))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--as", ANALYST], {"iam": ANALYST}),
        (["--as", "arn:aws:sts::123456789012:assumed-role/Analyst/me"], {"iam": ANALYST}),
        (["--as", "123456789012"], {"iam": "123456789012"}),
        (["--as", "https://i"], {"issuer": "https://i"}),
        (["--as", "https://i", "--subject", ""], {"issuer": "https://i", "subject": ""}),
        (
            ["--as", "https://i", "--subject", "s", "--claim", "t=a", "--claim", 'g:=["x","y"]'],
            {"issuer": "https://i", "subject": "s", "claims": {"t": "a", "g": ["x", "y"]}},
        ),
    ],
)
def test_another_caller_is_named_by_an_arn_or_an_issuer(
    words: "list[str]", named: object, at: Serve
) -> None:
    decided = {"decision": "granted", "reason": "r"}
    served = at(
        answering({"POST /admin/reach": answer(REACHED), "POST /admin/explanations": decided})
    )
    assert typed("reach", *words).code == 0
    assert served.asked[-1].json == {"as": named}
    assert typed("reach", *words[1:]).code == 0
    assert served.asked[-1].json == {"as": named}
    assert typed("explain", "s3://b/k", *words).code == 0
    assert served.asked[-1].json == {"as": named, "target": "s3://b/k", "permission": "READ"}


@pytest.mark.parametrize("caller", [ANALYST, "arn:aws:sts::1:assumed-role/A/b", "https://i"])
def test_who_can_says_which_command_is_about_callers(caller: str) -> None:
    ended = typed("who-can", caller)
    said = f"s3vend: {caller!r} is a caller; for what it reaches, use s3vend reach\n"
    assert (ended.code, ended.err) == (2, said)
    assert "is not a target" in typed("who-can", "arn:aws:s3:::bucket/key").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no caller is given"),
        ((ANALYST, "--as", ANALYST), f"the caller is given twice: as '{ANALYST}', and with --as"),
        (("--as", ANALYST, "--subject", "s"), "go with an issuer"),
        (("--claim", "a=b"), "go with an issuer"),
        (("--as", "Analyst"), "'Analyst' is not a caller; use the ARN of a role or user"),
        (("Analyst",), "'Analyst' is not a caller; use the ARN of a role or user"),
        (("s3://b/k",), "for who reaches keys, use s3vend who-can"),
        (("--as", "login.example.com", "--subject", "s"), "or the URL of an issuer (https://…)"),
        (("--as", "1234"), "an account of 12 digits"),
        (
            ("--as", "https://i", "--claim", "g=a", "--claim", "g=b"),
            (
                """'g' is given twice; ask for one value at a time. A token that has both has a list: """
                """g:=["a", "b"]"""
            ),
        ),
    ],
)
def test_a_question_without_a_caller_is_refused_here(words: "tuple[str, ...]", said: str) -> None:
    ended = typed("reach", *words)
    assert ended.code == 2
    assert said in ended.err
