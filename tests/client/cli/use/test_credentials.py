"""`credentials`: what is asked for, and each form of the answer."""

import pytest

from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import KEYS, TOKEN, answering, typed

pytestmark = pytest.mark.usefixtures("nobody")


def vended(asked: Asked) -> Reply:
    return 200, {}, KEYS


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ((), "AWS_ACCESS_KEY_ID=ASIAEXAMPLE"),
        (("--export",), "export AWS_ACCESS_KEY_ID=ASIAEXAMPLE"),
    ],
)
def test_credentials_are_lines_that_a_shell_reads(
    options: "tuple[str, ...]", first: str, at: Serve
) -> None:
    at(answering({"POST /credentials": vended}))
    ended = typed("credentials", "s3://b/reports/*", *options)
    lines = ended.out.splitlines()
    assert (ended.code, lines[0], len(lines)) == (0, first, 5)
    assert lines[2].endswith("""AWS_SESSION_TOKEN='token'"'"'with"quotes'""")


def test_credentials_are_asked_for_as_they_were_typed(at: Serve) -> None:
    served = at(answering({"POST /credentials": vended}))
    words = (
        "s3://b/a/*",
        "s3://b/c",
        "-p",
        "readwrite",
        "--duration",
        "15m",
        "--privilege",
        "Default",
    )
    assert typed("credentials", *words).code == 0
    [asked] = served.asked
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.json == {
        "targets": ["s3://b/a/*", "s3://b/c"],
        "permission": "READWRITE",
        "durationSeconds": 900,
        "privilege": "Default",
    }


def test_a_credential_process_gets_its_own_form(at: Serve) -> None:
    at(answering({"POST /credentials": vended}))
    assert typed("credentials", "s3://b/k", "--format", "process").json == {
        "Version": 1,
        "AccessKeyId": "ASIAEXAMPLE",
        "SecretAccessKey": "secret/with+signs",
        "SessionToken": "token'with\"quotes",
        "Expiration": "2099-01-01T00:00:00Z",
    }


@pytest.mark.parametrize("words", [("--format", "json"), ("--output", "json")])
def test_json_has_the_names_of_the_server(words: "tuple[str, ...]", at: Serve) -> None:
    at(answering({"POST /credentials": vended}))
    assert typed("credentials", "s3://b/k", *words).json == KEYS


@pytest.mark.parametrize("command", ["credentials", "explain", "exec"])
def test_targets_may_have_permissions_of_their_own(command: str, at: Serve) -> None:
    granted = {"decision": "granted", "reason": "", "limits": {}, "presignedUrls": []}
    served = at(answering({"POST /credentials": vended, "POST /explanations": granted}))
    words = ["s3://b/k", "--read", "s3://b/in/*", "--write", "s3://b/out/*", "--write", "s3://c/*"]
    typed(
        command, *words, "--readwrite", "s3://b/x", *(["--", "true"] if command == "exec" else [])
    )
    assert served.asked[0].json == {
        "permission": "READ",
        "targets": [
            "s3://b/k",
            {"target": "s3://b/in/*", "permission": "READ"},
            {"target": "s3://b/out/*", "permission": "WRITE"},
            {"target": "s3://c/*", "permission": "WRITE"},
            {"target": "s3://b/x", "permission": "READWRITE"},
        ],
    }


def test_targets_of_options_need_no_other(at: Serve) -> None:
    served = at(answering({"POST /credentials": vended}))
    assert typed("credentials", "--read", "s3://b/in/*").code == 0
    targets = [{"target": "s3://b/in/*", "permission": "READ"}]
    assert served.asked[0].json == {"targets": targets}


def test_no_target_at_all_is_refused(at: Serve) -> None:
    served = at(answering({}))
    ended = typed("credentials")
    assert (ended.code, served.asked) == (2, [])
    assert "no TARGET; give s3://bucket/key" in ended.err


def test_credentials_for_several_regions_name_none(at: Serve) -> None:
    several: dict[str, object] = {
        name: value for name, value in KEYS.items() if name not in ("region", "permission")
    }
    several["matchedGrantTargets"] = [
        {"target": "s3://b/in/*", "permission": "READ"},
        {"target": "s3://c/out/*", "permission": "WRITE"},
    ]
    at(answering({"POST /credentials": several}))
    ended = typed("credentials", "--read", "s3://b/in/*", "--write", "s3://c/out/*")
    assert ended.code == 0
    assert "REGION" not in ended.out
