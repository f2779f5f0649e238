"""The endpoint of `serve`: who gets credentials, and its token file."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
import urllib3

from s3vend import AccessDenied, Problem, S3VendError, Unreachable
from s3vend.cli.terminal.refusal import NOT_REACHABLE, Refusal
from s3vend.cli.use.endpoint import CREDENTIALS, READY, authorization_file, probe, responder
from s3vend.cli.use.listener import listening
from s3vend.http.wire import Wire
from s3vend.service.credentials import Credentials, credentials_of
from tests.client.typed import KEYS

pytestmark = pytest.mark.usefixtures("nobody")
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has neither owners nor modes")


def vended(expiration: str = "2099-01-01T00:00:00Z") -> Credentials:
    keys: Any = KEYS["credentials"]
    return credentials_of({**KEYS, "credentials": {**keys, "expiration": expiration}})


def test_whoever_has_the_token_gets_what_the_sdks_read_and_no_other_route() -> None:
    respond = responder("t", vended)
    assert respond(CREDENTIALS, "t") == (
        200,
        {
            "AccessKeyId": "ASIAEXAMPLE",
            "SecretAccessKey": "secret/with+signs",
            "Token": "token'with\"quotes",
            "Expiration": "2099-01-01T00:00:00Z",
        },
    )
    assert respond(READY, "t") == (200, {"Expiration": "2099-01-01T00:00:00Z"})
    assert respond("/", "t")[0] == respond("/credentials/../ready", "t")[0] == 404


@pytest.mark.parametrize("token", ["", "another", "T", "t ", "Bearer t", "ö"])
@pytest.mark.parametrize("path", [CREDENTIALS, READY, "/"])
def test_nobody_else_learns_anything(path: str, token: str) -> None:
    status, members = responder("t", vended)(path, token)
    assert (status, members["code"]) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unreachable("the service could not be reached"), 503),
        (AccessDenied("POST /x", Problem(403, "AccessDenied", "No.", None, ())), 403),
    ],
)
def test_an_endpoint_without_credentials_is_not_ready(error: S3VendError, status: int) -> None:
    def fails() -> Credentials:
        raise error

    respond = responder("t", fails)
    assert respond(CREDENTIALS, "t")[0] == status
    assert respond(READY, "t")[0] == 503


def test_credentials_that_have_expired_by_this_clock_are_not_ready() -> None:
    respond = responder("t", lambda: vended("2020-01-01T00:00:00Z"))
    status, members = respond(READY, "t")
    assert (status, members["code"]) == (503, "Expired")


def test_the_token_is_new_each_time_in_a_file_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "made/for/it/token"
    tokens = set()
    for _ in range(2):
        with authorization_file(str(path)) as (name, token):
            assert Path(name) == path
            assert path.read_text() == token  # without a newline, as SDKs require
            tokens.add(token)
            if os.name == "posix":
                assert stat.S_IMODE(path.stat().st_mode) == 0o600
                assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert not path.exists()
    assert len(tokens) == 2
    assert all(len(token) > 40 for token in tokens)


def test_a_file_that_another_process_has_written_since_is_left(tmp_path: Path) -> None:
    path = tmp_path / "made/token"
    with authorization_file(str(path)):
        path.write_text("another")
    assert path.read_text() == "another"


@posix
@pytest.mark.invariant(18)
@pytest.mark.parametrize(
    ("mode", "hint"),
    [(0o777, "; use chmod go-w; choose"), (0o1777, "; choose")],
    ids=["as the root of an emptyDir is", "as /tmp is"],
)
def test_a_directory_that_others_can_write_to_is_refused(
    mode: int, hint: str, tmp_path: Path
) -> None:
    tmp_path.chmod(mode)
    with (
        pytest.raises(Refusal, match=f"others can write to the directory {tmp_path}{hint}.*yet"),
        authorization_file(str(tmp_path / "token")),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
    with authorization_file(str(tmp_path / "own/token")):
        assert [one.name for one in (tmp_path / "own").iterdir()] == ["token"]


@posix
def test_a_link_in_the_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    directory = tmp_path / "own"
    directory.mkdir(mode=0o700)
    (directory / "token").symlink_to(other)
    with authorization_file(str(directory / "token")) as (_, token):
        assert (directory / "token").read_text() == token
    assert other.read_text() == "kept"


@posix
@pytest.mark.invariant(18)
def test_a_link_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    (tmp_path / "own").symlink_to(tmp_path / "theirs")
    with (
        pytest.raises(Refusal, match="symbolic link"),
        authorization_file(str(tmp_path / "own/token")),
    ):
        pass


def test_a_probe_says_until_when_there_are_credentials(tmp_path: Path) -> None:
    name = str(tmp_path / "made/token")
    with listening() as listener, authorization_file(name) as (_, token):
        listener.start(responder(token, vended))
        assert probe(listener.server_port, name, Wire()) == "2099-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("written", "reason"),
    [(None, "cannot be read"), ("another", "Send the content"), ("ö", "cannot be read")],
)
def test_a_probe_without_the_token_is_not_ready(
    written: "str | None", reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "made/token"
    with listening() as listener:
        listener.start(responder("t", vended))
        path.parent.mkdir(mode=0o700)
        if written is not None:
            path.write_text(written, encoding="utf-8")
            path.chmod(0o600)
        with pytest.raises(Refusal, match=f"not ready: .*{reason}") as raised:
            probe(listener.server_port, str(path), Wire())
        assert raised.value.code == NOT_REACHABLE


def test_a_probe_of_a_port_where_nothing_listens_is_not_ready(tmp_path: Path) -> None:
    with authorization_file(str(tmp_path / "made/token")) as (name, _):
        with listening() as listener:
            port = listener.server_port
        with pytest.raises(Refusal, match="not ready"):
            probe(port, name, Wire())


def test_one_pod_s_token_is_worth_nothing_at_another_s_endpoint(tmp_path: Path) -> None:
    with (
        listening() as one,
        listening() as other,
        authorization_file(str(tmp_path / "one/token")) as (_, token),
        authorization_file(str(tmp_path / "other/token")) as (_, another),
    ):
        one.start(responder(token, vended))
        other.start(responder(another, vended))
        for origin, sent, status in (
            (one.origin, token, 200),
            (one.origin, another, 403),
            (other.origin, token, 403),
        ):
            headers = {"Authorization": sent}
            answer = urllib3.request("GET", f"{origin}{CREDENTIALS}", headers=headers)
            assert answer.status == status
