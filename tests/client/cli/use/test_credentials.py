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
