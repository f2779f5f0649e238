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
