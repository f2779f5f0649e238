"""What is asked of the service, what its errors become, and when it is asked again."""

import ssl
import threading
import time
from email.utils import formatdate
from pathlib import Path

import pytest

import s3vend
from s3vend.http.patience import Patience
from s3vend.http.wire import Wire, _trust
from s3vend.identity.settings import Settings
from s3vend.identity.token import TokenIdentity
from s3vend.service.connect import Service
from tests.client.conftest import Asked, Reply, Serve

PROBLEM = {
    "type": "about:blank",
    "title": "t",
    "detail": "what is wrong",
    "requestId": "r-1",
    "errors": [{"pointer": "/target", "detail": "no key"}],
}


SECRET = "top-secret-token"


def service(url: str, token: str = SECRET, waits: "list[float] | None" = None) -> Service:
    who = TokenIdentity("S3VEND_TOKEN", lambda: token)
    slept: list[float] = [] if waits is None else waits
    patience = Patience(tries=3, sleep=slept.append, chance=lambda: 1.0)
    return Service(Settings(url=url, audience=url), who, Wire(), patience)


def problem(status: int, code: str, **headers: str) -> Reply:
    return status, headers, PROBLEM | {"status": status, "code": code}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidRequest", s3vend.InvalidRequest),
        (400, "DurationNotAllowed", s3vend.InvalidRequest),
        (401, "NotAuthenticated", s3vend.NotAuthenticated),
        (403, "NotAuthenticated", s3vend.NotAuthenticated),
        (403, "AccessDenied", s3vend.AccessDenied),
        (403, "PresignOnly", s3vend.AccessDenied),
        (404, "NotFound", s3vend.NotFound),
        (412, "PreconditionFailed", s3vend.PreconditionFailed),
        (413, "TooLarge", s3vend.InvalidRequest),
        (429, "TooManyRequests", s3vend.TooManyRequests),
        (503, "Unavailable", s3vend.Unavailable),
        (500, "InternalError", s3vend.ServiceError),
        (418, "Teapot", s3vend.ServiceError),
    ],
)
def test_an_error_says_what_was_asked_what_was_said_and_what_to_do(
    serve: Serve, status: int, code: str, kind: "type[s3vend.ServiceError]"
) -> None:
    url = serve(lambda asked: problem(status, code)).url
    with pytest.raises(kind) as refused:
        service(url).ask("credentials", {})
    error = refused.value
    assert type(error) is kind
    assert (error.status, error.code, error.problem.request_id) == (status, code, "r-1")
    assert error.problem.faults == (s3vend.Fault("/target", "no key"),)
    for text in (url, "POST /web-identity/credentials", code, "what is wrong", "/target", "r-1"):
        assert text in str(error)
    assert error.advice in str(error)
    assert "top-secret-token" not in f"{error!r}{error}{error.__cause__!r}"


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"<html>bad gateway</html>", {}, "NoProblem"),
        (b"[]", {}, "NoProblem"),
        (
            {"message": "no"},
            {"x-amzn-errortype": "AccessDeniedException:x"},
            "AccessDeniedException",
        ),
        ({"errors": "x", "code": 5}, {}, "5"),
    ],
)
def test_an_answer_of_something_else_is_an_error_too(
    serve: Serve, body: object, headers: "dict[str, str]", code: str
) -> None:
    url = serve(lambda asked: (403, headers, body)).url
    with pytest.raises(s3vend.AccessDenied) as refused:
        service(url).ask("credentials", {})
    assert refused.value.code == code


def test_a_200_that_is_no_json_is_an_error(serve: Serve) -> None:
    url = serve(lambda asked: (200, {}, b"<html>log in to the hotel</html>")).url
    with pytest.raises(s3vend.ServiceError, match="hotel"):
        service(url).ask("credentials", {})


@pytest.mark.parametrize(
    ("replies", "waits", "tries"),
    [
        ([200], [], 1),
        ([503, 200], [0.5], 2),
        ([429, 429, 200], [0.5, 1.0], 3),
        ([(503, 2), 200], [2.5], 2),
        ([503, 503, 503], [0.5, 1.0], 3),
        ([(429, 61)], [], 1),
        ([400], [], 1),
        ([403], [], 1),
    ],
)
def test_it_waits_as_long_as_it_is_told_and_a_little_by_chance(
    serve: Serve, replies: "list[object]", waits: "list[float]", tries: int
) -> None:
    left = iter(replies)

    def reply(asked: Asked) -> Reply:
        one = next(left)
        status, after = one if isinstance(one, tuple) else (one, None)
        headers = {} if after is None else {"Retry-After": str(after)}
        return (200, {}, {"fine": 1}) if status == 200 else problem(status, "Any", **headers)

    served, slept = serve(reply), []  # type: ignore[var-annotated]
    try:
        service(served.url, waits=slept).ask("credentials", {})
    except s3vend.ServiceError as error:
        assert replies[-1] != 200, error  # noqa: PT017 - either ends here
    assert (slept, len(served.asked)) == (waits, tries)


def test_nobody_there_says_where_and_how_often() -> None:
    with pytest.raises(s3vend.Unreachable, match=r"http://127\.0\.0\.1:9 .*tried 3 times"):
        service("http://127.0.0.1:9/v1").ask("credentials", {})


def test_a_server_that_is_silent_is_left(serve: Serve) -> None:
    never = threading.Event()
    url = serve(lambda asked: (200, {}, {"late": never.wait(0.5)})).url
    with pytest.raises(s3vend.Unreachable, match=r"127\.0\.0\.1"):
        Wire(read=0.05).send("GET", url)


def test_a_redirect_is_not_followed_with_the_token(serve: Serve) -> None:
    other = serve(lambda asked: (200, {}, {}))
    first = serve(lambda asked: (307, {"Location": other.url}, {}))
    with pytest.raises(s3vend.ServiceError):
        service(first.url).ask("credentials", {})
    assert other.asked == []


def test_plain_http_to_this_machine_goes_through_no_proxy(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda asked: (200, {}, {}))
    alone.setenv("HTTP_PROXY", proxy.url)
    served = serve(lambda asked: (200, {}, {"fine": 1}))
    assert service(served.url).ask("identity", {}) == {"fine": 1}
    assert proxy.asked == []
    Wire().send("GET", "http://storage.example.com/a", seconds=2)
    assert [one.path for one in proxy.asked] == ["http://storage.example.com/a"]


def test_a_proxys_password_is_sent_to_it_and_shown_to_nobody(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda asked: (200, {}, {}))
    alone.setenv("HTTP_PROXY", proxy.url.replace("//", "//user:hunter2@"))
    Wire().send("GET", "http://storage.example.com/a", seconds=2)
    assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")
    alone.setenv("HTTP_PROXY", "http://user:hunter2@127.0.0.1:9")
    with pytest.raises(s3vend.Unreachable) as refused:
        Wire().send("GET", "http://storage.example.com/a", seconds=2)
    assert "hunter2" not in str(refused.value)


def test_a_bundle_that_is_none_is_named(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alone.setenv("AWS_CA_BUNDLE", str(tmp_path / "gone.pem"))
    with pytest.raises(s3vend.SettingsError, match=r"gone\.pem"):
        Wire().send("GET", "https://127.0.0.1:9/")


def test_a_signature_is_not_in_what_is_raised(serve: Serve) -> None:
    with pytest.raises(s3vend.Unreachable) as refused:
        Wire().send("GET", "http://127.0.0.1:9/key?X-Amz-Signature=abcdef")
    assert "abcdef" not in f"{refused.value}{refused.value!r}"


@pytest.mark.parametrize(
    ("off", "said"), [(0, None), (30, None), (3600, "3600 s behind"), (-600, "600 s ahead")]
)
def test_a_refusal_names_a_clock_that_is_wrong(
    serve: Serve, off: int, said: "str | None", monkeypatch: pytest.MonkeyPatch
) -> None:
    now = int(time.time())
    monkeypatch.setattr(time, "time", lambda: float(now))
    url = serve(lambda asked: problem(403, "NotAuthenticated")).url
    monkeypatch.setattr(
        "http.server.BaseHTTPRequestHandler.date_time_string", lambda self: formatdate(now + off)
    )
    with pytest.raises(s3vend.NotAuthenticated) as refused:
        service(url).ask("credentials", {})
    assert ("clock" in str(refused.value)) == (said is not None)
    assert said is None or said in str(refused.value)


def test_a_token_that_was_replaced_meanwhile_is_tried_once(serve: Serve) -> None:
    texts = iter(["old", "new", "new"])
    one = TokenIdentity("file", lambda: next(texts))

    def reply(asked: Asked) -> Reply:
        new = asked.headers["authorization"] == "Bearer new"
        return (200, {}, {"fine": 1}) if new else problem(401, "NotAuthenticated")

    one.token = lambda: one._token or "old"  # type: ignore[method-assign]  # noqa: SLF001
    served = serve(reply)
    asked = Service(Settings(url=served.url, audience=""), one, Wire(), Patience())
    one._token = "old"  # noqa: SLF001
    next(texts)
    assert asked.ask("credentials", {}) == {"fine": 1}
    assert len(served.asked) == 2


def test_tls_is_verified_by_default() -> None:
    trust = _trust()
    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert trust.check_hostname


def test_connect_reads_the_environment(serve: Serve, alone: pytest.MonkeyPatch) -> None:
    served = serve(lambda asked: (200, {}, {"fine": 1}))
    alone.setenv("S3VEND_URL", served.url)
    alone.setenv("S3VEND_TOKEN", "very-secret")
    one = s3vend.connect()
    assert one.read("grants", limit="1") == {"fine": 1}
    assert served.asked[0].path == "/web-identity/grants?limit=1"
    assert served.asked[0].headers["authorization"] == "Bearer very-secret"
    assert "very-secret" not in repr(one)


def test_aws_credentials_sign_for_the_api(serve: Serve, alone: pytest.MonkeyPatch) -> None:
    served = serve(lambda asked: (200, {}, {"fine": 1}))
    for name, value in {
        "S3VEND_URL": served.url,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_SESSION_TOKEN": "session-token",
        "AWS_REGION": "eu-west-1",
    }.items():
        alone.setenv(name, value)
    one = s3vend.connect()
    assert one.ask("credentials", {"a": "ä"}) == {"fine": 1}
    headers = served.asked[0].headers
    assert served.asked[0].path == "/iam/credentials"
    assert "/eu-west-1/execute-api/aws4_request" in headers["authorization"]
    assert headers["x-amz-security-token"] == "session-token"
    assert "wJalr" not in repr(one)


def test_without_a_region_a_signature_is_not_guessed(alone: pytest.MonkeyPatch) -> None:
    alone.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    alone.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    with pytest.raises(s3vend.SettingsError, match="AWS_REGION"):
        s3vend.connect(url="http://127.0.0.1:9")


def test_a_profile_of_aws_that_is_not_there_is_named(alone: pytest.MonkeyPatch) -> None:
    with pytest.raises(s3vend.IdentityError, match="nobody"):
        s3vend.connect(url="http://127.0.0.1:9", aws_profile="nobody")
