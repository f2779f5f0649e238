"""The command as somebody types it, in this process, against a service of the test's own."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from typer.testing import CliRunner

from s3vend.cli.app import app
from tests.client.conftest import Asked, Reply
from tests.client.tokens import token

TOKEN = token()
KEYS = {
    "credentials": {
        "accessKeyId": "ASIAEXAMPLE",
        "secretAccessKey": "secret/with+signs",
        "sessionToken": "token'with\"quotes",
        "expiration": "2099-01-01T00:00:00Z",
    },
    "matchedGrantTargets": ["s3://b/reports/*"],
    "permission": "READ",
    "region": "ap-northeast-1",
    "vendId": "v" * 16,
    "sessionId": "s" * 16,
}


class Ended(NamedTuple):
    """How it ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def typed(*words: str, stdin: "str | bytes" = "") -> Ended:
    """`s3vend WORDS`, with no terminal anywhere."""
    result = CliRunner().invoke(app, list(words), input=stdin, prog_name="s3vend")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


def problem(
    status: int, code: str, detail: str = "No.", errors: "Sequence[Mapping[str, str]]" = ()
) -> Reply:
    """An error as the service answers it."""
    members = {"status": status, "code": code, "detail": detail, "requestId": "r-1"}
    return status, {}, members | ({"errors": list(errors)} if errors else {})


def answering(answers: Mapping[str, object]) -> Callable[[Asked], Reply]:
    """A service with these answers by `METHOD /path`, at the door for tokens."""

    def reply(asked: Asked) -> Reply:
        path = asked.path.partition("?")[0].replace("/web-identity/", "/")
        found = answers.get(f"{asked.method} {path}")
        if found is None:
            return problem(404, "NotFound", f"{asked.method} {asked.path}")
        if callable(found):
            found = found(asked)
        return found if isinstance(found, tuple) else (200, {}, found)

    return reply
