"""Options that every command has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from s3vend.cli.app import app
from s3vend.cli.terminal.command import Options
from tests.client.conftest import Serve
from tests.client.tokens import token
from tests.client.typed import TOKEN, answering, typed

pytestmark = pytest.mark.usefixtures("nobody")


def test_no_option_takes_a_token_itself() -> None:
    ended = typed("ls", "--token", TOKEN)
    assert ended.code == 2
    assert "--token" in ended.err


def test_a_token_may_come_from_stdin(at: Serve) -> None:
    served = at(answering({"GET /identity": {"door": "web-identity"}}))
    typed_in = token(sub="typed-in")
    assert typed("whoami", "--token-file", "-", stdin=f"{typed_in}\n").code == 0
    assert served.asked[0].headers["authorization"] == f"Bearer {typed_in}"


def test_a_profile_says_where_and_as_whom(at: Serve, tmp_path: Path) -> None:
    served = at(answering({"GET /identity": {"door": "web-identity"}}))
    kept = token(sub="kept")
    (tmp_path / "token").write_text(kept)
    words = ("--url", served.url, "--token-file", str(tmp_path / "token"))
    assert typed("configure", "mine", *words).code == 0
    assert typed("whoami", "--profile", "mine").code == 0
    assert served.asked[0].headers["authorization"] == f"Bearer {kept}"
    assert kept not in (tmp_path / "config/s3vend/config").read_text()


def commands(one: Any) -> Iterator[Any]:
    """Every command below this one that does something by itself."""
    below = getattr(one, "commands", {}).values()
    if not below or one.invoke_without_command:
        yield one
    for other in below:
        yield from commands(other)


def test_every_command_has_the_options_of_all_once() -> None:
    shared = list(Options._fields)
    found = list(commands(typer.main.get_command(app)))
    assert {"ls", "revoke", "list", "audit", "canary"} <= {one.name for one in found}
    for one in found:
        own = [option for option in one.params if option.name in shared]
        assert [option.name for option in own] == shared
        assert [option.opts[0] for option in own] == [
            f"--{name.replace('_', '-')}" for name in shared
        ]
