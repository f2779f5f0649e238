"""The command at a terminal: it asks before it writes, shows a bar, and has colours."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.conftest import Asked, Reply, Serve, Served
from tests.client.typed import answering

CHANGE = {
    "action": "remove",
    "kind": "grant",
    "id": "old",
    "pointer": "/grants",
    "before": {"id": "old"},
    "after": None,
    "revocation": {"grantId": "old", "kind": "sessions", "reason": "the grant was removed"},
}


def at_a_terminal(*words: str, keys: str, home: Path, **settings: str) -> "tuple[int, str]":
    """How it ended, and all that the terminal showed."""
    ours, theirs = pty.openpty()
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath, "TERM": "xterm"}
    running = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "s3vend.cli", *words],
        env={**environment, "HOME": str(home), "S3VEND_TOKEN": "a.b.c", **settings},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, f"{keys}\x04".encode())  # nobody types more
    shown = b""
    try:
        while block := os.read(ours, 4096):
            shown += block
    except OSError:  # it has ended, and the terminal with it
        pass
    finally:
        os.close(ours)
    return running.wait(20), shown.decode()


@pytest.mark.parametrize(
    ("keys", "code", "dry", "revoked"),
    [
        ("yes\nyes\n", 0, [True, False], 1),
        ("yes\nno\n", 0, [True, False], 0),
        ("y\n", 1, [True], 0),
        ("\n", 1, [True], 0),
    ],
)
def test_apply_asks_and_only_yes_means_it(
    keys: str, code: int, dry: "list[bool]", revoked: int, at: Serve, tmp_path: Path
) -> None:
    def changed(asked: Asked) -> Reply:
        only_asked = asked.json["dryRun"]
        return 200, {}, {"applied": not only_asked, "revision": 1, "changes": [CHANGE]}

    revocation = {"revocation": {"createdAt": "2026-01-01T00:00:00Z"}, "denialWritten": True}
    answers = {"POST /admin/changes": changed, "POST /admin/revocations": revocation}
    served = at(answering(answers))
    (tmp_path / "v.yaml").write_text("version: 1\ngrants: []\n")
    words = ("apply", str(tmp_path / "v.yaml"), "--prune")
    ended, shown = at_a_terminal(*words, keys=keys, home=tmp_path, S3VEND_URL=served.url)
    assert ended == code, shown
    assert "\x1b[31m- grant old\x1b[0m" in shown
    asked = [one.json["dryRun"] for one in served.asked if one.path.endswith("changes")]
    assert asked == dry
    assert sum(one.path.endswith("revocations") for one in served.asked) == revoked


def copying(at: Serve) -> Served:
    found: list[Served] = []

    def reply(asked: Asked) -> Reply:
        if asked.method == "PUT":
            return 200, {"ETag": '"e"'}, b""
        end, headers = "2099-01-01T00:00:00Z", {"Content-Length": "3"}
        url = {"method": "PUT", "url": f"{found[0].url}/b/k", "headers": headers, "expiresAt": end}
        return 200, {}, {"urls": [url]}

    found.append(at(reply))
    return found[0]


@pytest.mark.parametrize(
    ("options", "settings", "said"),
    [
        ((), {}, "is at s3://b/k"),
        (("--quiet",), {}, None),
        ((), {"NO_COLOR": "1"}, "is at s3://b/k"),
    ],
)
def test_a_copy_shows_how_far_it_is_unless_it_shall_be_quiet(
    options: "tuple[str, ...]",
    settings: "dict[str, str]",
    said: "str | None",
    at: Serve,
    tmp_path: Path,
) -> None:
    served = copying(at)
    (tmp_path / "f").write_text("abc")
    words = ("cp", str(tmp_path / "f"), "s3://b/k", *options)
    ended, shown = at_a_terminal(*words, keys="", home=tmp_path, S3VEND_URL=served.url, **settings)
    assert ended == 0, shown
    assert (said in shown) if said else (shown == "")
    if settings:
        assert "\x1b[3" not in shown
