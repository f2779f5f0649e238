"""The short commands: what each asks, shows, and how it ends."""

import json
from pathlib import Path

import pytest

from s3vend import __version__
from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import KEYS, TOKEN, answering, problem, typed

GRANTS = [
    {"id": "one", "scope": "s3://b/reports/*", "permission": "READ", "maxDuration": 900},
    {"id": "two", "scope": "s3://b/\x1b[2J/*", "permission": "WRITE"},
]


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


def test_grants_are_listed_over_all_pages_and_steer_no_terminal(at: Serve) -> None:
    def page(asked: Asked) -> Reply:
        if "nextToken=t" in asked.path:
            return 200, {}, {"grants": GRANTS[1:]}
        return 200, {}, {"grants": GRANTS[:1], "nextToken": "t"}

    at(answering({"GET /grants": page}))
    assert typed("ls", "--output", "json").json == {"grants": GRANTS}
    shown = typed("ls").out.splitlines()
    assert shown[0].split() == ["GRANT", "PERMISSION", "SCOPE", "AT", "MOST", "EXPIRES"]
    assert shown[1].split() == ["one", "READ", "s3://b/reports/*", "15m"]
    assert shown[2].split() == ["two", "WRITE", r"s3://b/\x1b[2J/*"]


def test_whoami_says_where_the_identity_was_found(at: Serve) -> None:
    answer = {"door": "web-identity", "issuer": "https://i", "subject": "me", "claims": {"a": "b"}}
    served = at(answering({"GET /identity": answer}))
    shown = typed("whoami").out
    for line in ("subject   me", "found as  S3VEND_TOKEN", f"service   {served.url}", "claim a  b"):
        assert line in shown
    assert TOKEN not in shown
    assert typed("whoami", "-o", "json").json == answer


@pytest.mark.parametrize(("decision", "code"), [("granted", 0), ("refused", 1)])
def test_explain_ends_as_the_request_would(decision: str, code: int, at: Serve) -> None:
    answer = {
        "decision": decision,
        "reason": "NoGrant",
        "matchedGrantTargets": [],
        "limits": {},
        "sessionPolicy": json.dumps({"Statement": [{"Sid": "x"}]}),
    }
    at(answering({"POST /explanations": answer}))
    ended = typed("explain", "s3://b/k")
    assert (ended.code, ended.out.splitlines()[0]) == (code, decision)
    assert '"Sid": "x"' in ended.out
    assert typed("explain", "s3://b/k", "-o", "json").json == answer


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        (problem(403, "AccessDenied"), 1, "Ask the service's operator for a grant"),
        (problem(400, "InvalidRequest"), 1, "Change what the lines above name"),
        (problem(404, "NotFound"), 1, "Check the address"),
        (problem(401, "NotAuthenticated"), 3, "Is it the identity that you meant?"),
        (problem(403, "NotAuthenticated"), 3, "Is it the identity that you meant?"),
        (problem(429, "TooManyRequests"), 4, "Send fewer requests"),
        (problem(503, "Unavailable"), 4, "Try again later"),
        (problem(500, "InternalError"), 4, "requestId: r-1"),
    ],
)
def test_a_refusal_ends_with_a_code_of_its_kind_and_says_what_to_do(
    reply: Reply, code: int, said: str, at: Serve
) -> None:
    at(lambda asked: reply)
    ended = typed("ls")
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("s3vend: GET /web-identity/grants at ")
    assert said in ended.err
    assert TOKEN not in ended.err


def test_no_answer_ends_with_four(alone: pytest.MonkeyPatch) -> None:
    alone.setattr("s3vend.http.patience.Patience.pause", lambda self, number: 0.0)
    ended = typed("ls", "--url", "http://127.0.0.1:9")
    assert ended.code == 4
    assert "http://127.0.0.1:9" in ended.err


def test_nobody_to_be_ends_with_three_and_says_what_was_tried(
    alone: pytest.MonkeyPatch,
) -> None:
    alone.delenv("S3VEND_TOKEN")
    ended = typed("ls", "--url", "http://127.0.0.1:9")
    assert ended.code == 3
    assert "  - AWS credentials: botocore finds none" in ended.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ls",), 2, "Where is the service?"),
        (("ls", "--url", "http://example.com"), 2, "must begin with https://"),
        (("ls", "--profile", "nobody"), 2, "to find profile nobody in"),
        (("ls", "--bad"), 2, "--bad"),
        (("credentials",), 2, "TARGET"),
        (("credentials", "reports"), 2, "no target"),
        (("credentials", "s3://b/reports/"), 2, "ambiguous"),
        (("credentials", "s3://b/k", "--export", "--format", "json"), 2, "--export is for"),
        (("credentials", "s3://b/k", "--duration", "soon"), 2, "is no time"),
        (("cred",), 2, "No such command"),
        (("exec", "s3://b/k"), 2, "Put it behind --"),
        (("revoke", "--all"), 2, "--reason is missing"),
        (("revoke", "--reason", "x"), 2, "name one of"),
        (("revoke", "--all", "--grant", "g", "--reason", "x"), 2, "name one of"),
        (("revoke", "--issuer", "https://i", "--reason", "x"), 2, "go together"),
        (("revoke", "--all", "--reason", "x"), 1, "There is no terminal to ask"),
        (("revoke", "--profile", "x", "list"), 2, "put options behind list"),
        (("plan", "no-such-file"), 1, "no-such-file cannot be read"),
        (("plan",), 1, "FILE"),
        (("plan", "--bad", "x"), 1, "--bad"),
        (("cp", "a", "b"), 2, "one of the two is s3://"),
        (("cp", "s3://b/a", "s3://b/b"), 2, "one of the two is s3://"),
        (("url", "s3://b/reports/*"), 2, "is a prefix, and this is for one key"),
        (("url", "s3://b/k", "--content-type", "text/csv"), 2, "are for --method PUT"),
        (("configure", "x"), 2, "--url is missing"),
    ],
)
def test_misuse_is_said_before_anything_is_asked(
    words: "tuple[str, ...]", code: int, said: str
) -> None:
    ended = typed(*words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_no_option_takes_a_token_itself() -> None:
    ended = typed("ls", "--token", TOKEN)
    assert ended.code == 2
    assert "--token" in ended.err


def test_a_token_may_come_from_stdin(at: Serve) -> None:
    served = at(answering({"GET /identity": {"door": "web-identity"}}))
    assert typed("whoami", "--token-file", "-", stdin="x.y.z\n").code == 0
    assert served.asked[0].headers["authorization"] == "Bearer x.y.z"


def test_a_profile_says_where_and_as_whom(at: Serve, tmp_path: Path) -> None:
    served = at(answering({"GET /identity": {"door": "web-identity"}}))
    (tmp_path / "token").write_text("p.q.r")
    words = ("--url", served.url, "--token-file", str(tmp_path / "token"))
    assert typed("configure", "mine", *words).code == 0
    assert typed("whoami", "--profile", "mine").code == 0
    assert served.asked[0].headers["authorization"] == "Bearer p.q.r"
    assert "p.q.r" not in (tmp_path / "config/s3vend/config").read_text()


@pytest.mark.parametrize("name", ["ls", "credentials", "exec", "url", "cp", "whoami", "explain", "plan", "apply", "revoke", "audit", "configure", "doctor", "canary"])  # fmt: skip
def test_every_command_has_help_with_examples(name: str) -> None:
    ended = typed(name, "--help")
    assert ended.code == 0
    assert f"  s3vend {name}" in ended.out.partition("Examples:")[2]


def test_the_version_is_the_package_s() -> None:
    assert typed("--version").out == f"s3vend {__version__}\n"


def test_the_exit_codes_are_in_the_help() -> None:
    assert "130  Ctrl-C" in typed("--help").out


def test_ctrl_c_ends_with_130(at: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    at(answering({}))
    monkeypatch.setattr("s3vend.service.connect.Service.read", interrupted)
    ended = typed("ls")
    assert (ended.code, ended.err) == (130, "s3vend: interrupted\n")
