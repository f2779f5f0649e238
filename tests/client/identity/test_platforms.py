"""Tokens of GitHub and Google: when they are asked for, and how."""

from pathlib import Path

import pytest

from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity import platforms
from s3vend.identity.platforms import NotHere
from tests.client.conftest import Reply, Serve


def test_google_is_not_asked_without_a_reason(tmp_path: Path) -> None:
    machine = tmp_path / "product_name"
    assert platforms.google({}, Wire(), "a", machine) is None
    machine.write_text("Other Computer")
    assert platforms.google({}, Wire(), "a", machine) is None
    machine.write_text("Google Compute Engine\n")
    assert platforms.google({}, Wire(), "a", machine) is not None


@pytest.mark.parametrize(
    "reply",
    [
        (404, {"Metadata-Flavor": "Google"}, b"no service account"),
        (200, {}, b"somebody else"),
        (500, {"Metadata-Flavor": "Google"}, b""),
    ],
)
def test_what_is_no_metadata_server_has_no_token(serve: Serve, reply: Reply) -> None:
    served = serve(lambda asked: reply)
    host = {"GCE_METADATA_HOST": served.url.removeprefix("http://")}
    read = platforms.google(host, Wire(), "a b")
    assert read is not None
    with pytest.raises(NotHere):
        read()
    assert served.asked[0].path.endswith("/identity?audience=a%20b&format=full")


@pytest.mark.parametrize("answer", [(403, {}, {}), (200, {}, {"other": 1}), (200, {}, b"<html>")])
def test_github_without_a_token_is_an_error_that_hides_the_jobs_own(
    serve: Serve, answer: Reply
) -> None:
    url = serve(lambda asked: answer).url
    names = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "jobsecret"}
    read = platforms.github(names, Wire(), "a")
    assert read is not None
    with pytest.raises(IdentityError) as refused:
        read()
    assert "jobsecret" not in str(refused.value)


def test_githubs_token_is_not_sent_in_the_clear() -> None:
    names = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://example.com",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
    }
    read = platforms.github(names, Wire(), "a")
    assert read is not None
    with pytest.raises(IdentityError, match="https"):
        read()


@pytest.mark.parametrize(
    ("posix", "environment", "found"),
    [
        (True, {}, True),
        (False, {}, False),
        (False, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, True),
    ],
)
def test_on_windows_a_pod_s_token_counts_only_in_a_pod(
    posix: bool, environment: "dict[str, str]", found: bool, tmp_path: Path
) -> None:
    """There, every user may make C:\\var\\run, and so choose who others are."""
    (tmp_path / "token").write_text("t")
    read = platforms.kubernetes(environment, tmp_path / "token", posix=posix)
    assert (read is not None) == found


@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "utf-8-sig", "utf-16"])
def test_a_token_file_is_read_as_powershell_writes_it(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a.b.c\r\n", encoding=encoding)
    assert platforms.from_file(tmp_path / "token").strip() == "a.b.c"


@pytest.mark.parametrize("content", ["tök".encode(), b"\xff\xfet", b"\xfe\xff\x00t"])
def test_a_token_file_in_another_encoding_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(IdentityError, match="non-ASCII"):
        platforms.from_file(tmp_path / "token")
