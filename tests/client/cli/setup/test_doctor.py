"""`doctor`: one line for each check, and what to do."""

import time
from email.utils import formatdate
from pathlib import Path

import pytest

from s3vend import __version__
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import token
from tests.client.typed import answering, problem, typed

WELL = {"door": "web-identity", "subject": "me", "issuer": "https://i", "version": __version__}
GRANT = {"id": "g", "scope": "s3://b/*", "permission": "READ"}

pytestmark = pytest.mark.usefixtures("nobody")


def service(other: "dict[str, object] | None" = None, ahead: float = 0.0) -> "dict[str, object]":
    date = {"Date": formatdate(time.time() + ahead, usegmt=True)}

    def known(asked: Asked) -> Reply:
        if "authorization" not in asked.headers:
            return 403, date, {"code": "NotAuthenticated", "detail": "No."}
        return 200, {}, WELL

    return {
        "GET /iam/identity": known,
        "GET /identity": known,
        "GET /grants": {"grants": [GRANT]},
        **(other or {}),
    }


def levels(out: str) -> "dict[str, str]":
    lines = [line for line in out.splitlines() if not line.startswith("      ")]
    return {line.split()[1].rstrip(":"): line.split()[0] for line in lines}


def test_where_all_is_well_every_line_says_ok(at: Serve) -> None:
    at(answering(service()))
    ended = typed("doctor")
    well = ("settings", "endpoint", "clock", "identity", "authentication", "version", "grants")
    assert (ended.code, levels(ended.out)) == (0, dict.fromkeys(well, "ok"))
    assert [one["level"] for one in typed("doctor", "-o", "json").json["checks"]] == ["ok"] * 7


@pytest.mark.parametrize(
    ("told", "level", "sentence"),
    [
        ({"version": "99.0.0"}, "warn", "the service has 99.0.0, which does not fit"),
        ({"version": "latest"}, "warn", "which does not fit"),
        ({"version": None}, "warn", "cannot be compared"),
    ],
)
def test_versions_that_do_not_fit_are_a_warning(
    told: "dict[str, str]", level: str, sentence: str, at: Serve
) -> None:
    at(answering(service({"GET /identity": WELL | told})))
    ended = typed("doctor")
    assert (ended.code, levels(ended.out)["version"]) == (0, level)
    assert sentence in ended.out


@pytest.mark.parametrize(
    ("ahead", "level", "code"), [(120, "warn", 0), (-120, "warn", 0), (600, "fail", 3)]
)
def test_a_clock_that_is_off_is_said(ahead: float, level: str, code: int, at: Serve) -> None:
    at(answering(service(ahead=ahead)))
    ended = typed("doctor")
    assert (ended.code, levels(ended.out)["clock"]) == (code, level)
    assert ("behind" if ahead > 0 else "ahead") in ended.out


@pytest.mark.parametrize(
    ("answers", "check", "level", "code"),
    [
        ({"GET /grants": {"grants": []}}, "grants", "warn", 0),
        ({"GET /identity": problem(401, "NotAuthenticated")}, "authentication", "fail", 3),
        ({"GET /iam/identity": (200, {}, {"hello": "world"})}, "endpoint", "fail", 2),
        ({"GET /grants": problem(503, "Unavailable")}, "grants", "fail", 4),
    ],
)
def test_what_is_wrong_is_the_line_that_says_so(
    answers: "dict[str, object]", check: str, level: str, code: int, at: Serve
) -> None:
    at(answering(service(answers)))
    ended = typed("doctor")
    assert (ended.code, levels(ended.out)[check]) == (code, level)
    assert len(ended.out.split(f"{check}:")[1].splitlines()) > 1, "it does not say what to do"


@pytest.mark.parametrize(
    ("settings", "check", "code"),
    [
        ({"S3VEND_URL": ""}, "settings", 2),
        ({"S3VEND_URL": "http://127.0.0.1:9"}, "endpoint", 4),
        ({"S3VEND_TOKEN": "", "S3VEND_TOKEN_FILE": "/no/such"}, "identity", 3),
    ],
)
def test_what_the_others_need_is_the_last_line(
    settings: "dict[str, str]", check: str, code: int, at: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(answering(service()))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    ended = typed("doctor")
    assert (ended.code, list(levels(ended.out).items())[-1]) == (code, (check, "fail"))


def test_a_token_that_was_passed_over_is_said(
    at: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a pod of EKS: its token for STS is not ours, and its role signs."""
    at(answering(service()))
    (tmp_path / "token").write_text(token("sts.amazonaws.com"))
    monkeypatch.delenv("S3VEND_TOKEN")
    for name, value in {
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_REGION": "eu-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    out = typed("doctor").out
    assert "warn  identity: AWS_WEB_IDENTITY_TOKEN_FILE" in out
    assert "which is AWS STS" in out
    assert "ok    identity: AWS credentials (env), for the door iam" in out


def test_groups_that_the_issuer_left_out_are_a_warning(at: Serve) -> None:
    at(answering(service({"GET /identity": WELL | {"claimsLeftOut": ["groups"]}})))
    ended = typed("doctor")
    assert (ended.code, levels(ended.out)["claims"]) == (0, "warn")
    assert "left groups out of your token" in ended.out


URLS = {"permission": "READ", "methods": ["GET", "HEAD"], "decision": "granted", "reason": "y"}
LIMITS = {"minDurationSeconds": 900, "maxDurationSeconds": 300}
NO = {"decision": "refused", "code": "AccessDenied", "reason": "No grant.", "presignedUrls": []}


@pytest.mark.parametrize(
    ("reads", "code", "level", "said"),
    [
        (
            {"code": "PresignOnly", "limits": LIMITS, "presignedUrls": [URLS]},
            *(0, "ok", "READ on s3://b/k: s3vend cp and s3vend url work here; credentials do not"),
        ),
        ({"code": "Blocked", "reason": "You are blocked."}, 1, "fail", "s3vend revoke lift"),
        ({"reason": "No grant reads."}, 1, "fail", "target: No grant reads. No grant.\n"),
        ({}, 1, "fail", "Ask the service's operator for a grant"),
    ],
)
def test_a_target_is_judged_for_urls_as_well(
    reads: "dict[str, object]", code: int, level: str, said: str, at: Serve
) -> None:
    def explained(asked: Asked) -> Reply:
        return 200, {}, NO | (reads if asked.json["permission"] == "READ" else {})

    at(answering(service({"POST /explanations": explained})))
    ended = typed("doctor", "s3://b/k")
    assert (ended.code, levels(ended.out)["target"]) == (code, level)
    assert said in ended.out


def test_another_api_that_answers_403_is_not_taken_for_the_service(at: Serve) -> None:
    bare: Reply = (403, {}, {"message": "Missing Authentication Token"})
    at(answering(service({"GET /iam/identity": bare})))
    ended = typed("doctor")
    assert (ended.code, levels(ended.out)["endpoint"]) == (2, "fail")
    assert "but not as s3vend does" in ended.out
