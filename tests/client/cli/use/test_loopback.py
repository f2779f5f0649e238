"""The endpoint that only the command of `exec` may ask."""

import pytest
import urllib3

from s3vend import AccessDenied, Problem, S3VendError, Unreachable
from s3vend.cli.use.loopback import serve_credentials
from s3vend.service.credentials import credentials_of
from tests.client.typed import KEYS

pytestmark = pytest.mark.usefixtures("nobody")

LENT = {
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "secret/with+signs",
    "Token": "token'with\"quotes",
    "Expiration": "2099-01-01T00:00:00Z",
}


def ask(url: str, **headers: str) -> "tuple[int, dict[str, str]]":
    answer = urllib3.request("GET", url, headers=headers, retries=False)
    return answer.status, answer.json()


def test_whoever_has_the_token_gets_what_the_sdks_read() -> None:
    with serve_credentials(lambda: credentials_of(KEYS)) as endpoint:
        assert endpoint.url.startswith("http://127.0.0.1:")
        assert ask(endpoint.url, Authorization=endpoint.token) == (200, LENT)
        assert endpoint.token not in repr(endpoint)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"token": ""},
        {"token": "another"},
        {"token": "Bearer {token}"},
        {"token": "ö"},
        {"path": "/"},
        {"path": "/../x"},
    ],
)
def test_nobody_else_does(wrong: "dict[str, str]") -> None:
    with serve_credentials(lambda: credentials_of(KEYS)) as endpoint:
        root = endpoint.url[: endpoint.url.rindex("/")]
        url = root + wrong["path"] if "path" in wrong else endpoint.url
        token = wrong.get("token", endpoint.token if "path" in wrong else None)
        headers = {} if token is None else {"Authorization": token.format(token=endpoint.token)}
        status, said = ask(url, **headers)
        assert (status, said["code"]) == (403, "AccessDenied")
        for method in ("POST", "PUT", "HEAD"):
            known = {"Authorization": endpoint.token}
            answer = urllib3.request(method, endpoint.url, headers=known, retries=False)
            assert answer.status == 501


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unreachable("the service could not be reached"), 503),
        (AccessDenied("POST /x", Problem(403, "AccessDenied", "No.", None, ())), 403),
    ],
)
def test_a_renewal_that_fails_is_told_to_the_sdk_and_to_stderr(
    error: S3VendError, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error

    with serve_credentials(fails) as endpoint:  # type: ignore[arg-type]
        assert ask(endpoint.url, Authorization=endpoint.token)[0] == status
    assert "s3vend: cannot renew the credentials" in capsys.readouterr().err
