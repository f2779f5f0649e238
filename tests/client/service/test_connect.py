"""What is asked of the service, and what its errors become."""

import json
import time
from datetime import timedelta
from email.utils import formatdate
from pathlib import Path

import pytest

import s3vend
from s3vend.http.patience import Patience
from s3vend.http.wire import Wire
from s3vend.identity.settings import Settings
from s3vend.identity.token import TokenIdentity
from s3vend.service.connect import Service
from tests.client.asking import SECRET, problem, service
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import receiver, token


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
        (424, "StorageRefused", s3vend.SetupRefused),
        (424, "RoleRefused", s3vend.SetupRefused),
        (424, "ServiceRefused", s3vend.SetupRefused),
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
    assert SECRET not in f"{error!r}{error}{error.__cause__!r}"


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
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
    old, later = token(sub="old"), token(sub="new")
    texts = iter([old, later, later])
    one = TokenIdentity("file", lambda: next(texts), receiver())

    def reply(asked: Asked) -> Reply:
        new = asked.headers["authorization"] == f"Bearer {later}"
        return (200, {}, {"fine": 1}) if new else problem(401, "NotAuthenticated")

    one.token = lambda: one._token or old  # type: ignore[method-assign]  # noqa: SLF001
    served = serve(reply)
    asked = Service(Settings(url=served.url, audience=""), one, Wire(), Patience())
    one._token = old  # noqa: SLF001
    next(texts)
    assert asked.ask("credentials", {}) == {"fine": 1}
    assert len(served.asked) == 2


def test_connect_reads_the_environment(serve: Serve, alone: pytest.MonkeyPatch) -> None:
    served = serve(lambda asked: (200, {}, {"fine": 1}))
    alone.setenv("S3VEND_URL", served.url)
    secret = token(sub="very-secret")
    alone.setenv("S3VEND_TOKEN", secret)
    one = s3vend.connect()
    assert one.read("grants", limit="1") == {"fine": 1}
    assert served.asked[0].path == "/web-identity/grants?limit=1"
    assert served.asked[0].headers["authorization"] == f"Bearer {secret}"
    assert secret not in repr(one)


@pytest.mark.parametrize(
    "body",
    [
        {"code": "AccessDenied", "detail": "You sent {}."},
        {"code": "AccessDenied", "detail": "No.", "errors": [{"detail": "You sent {}."}]},
        {"message": "You sent {}."},
        "x" * 290 + " You sent {}.",
    ],
)
def test_an_answer_that_repeats_the_token_is_shown_without_it(serve: Serve, body: object) -> None:
    def reply(asked: Asked) -> Reply:
        sent = asked.headers["authorization"]
        return 403, {}, json.dumps(body).replace("{}", sent).encode()

    with pytest.raises(s3vend.ServiceError) as refused:
        service(serve(reply).url).ask("credentials", {})
    signature = token().rpartition(".")[2]
    assert signature not in f"{refused.value}{refused.value.problem}"


def test_a_text_that_is_not_utf_8_is_refused_before_anything_is_sent(serve: Serve) -> None:
    served = serve(lambda asked: problem(200, "x"))
    with pytest.raises(s3vend.SettingsError, match="not valid UTF-8"):
        service(served.url).ask("credentials", {"target": "s3://b/\udcff"})
    assert served.asked == []


def test_a_refusal_names_the_sources_that_were_passed_over(
    serve: Serve, alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served = serve(lambda asked: problem(403, "AccessDenied"))
    (tmp_path / "pod").write_text(token("sts.amazonaws.com"))
    for name, value in {
        "S3VEND_URL": served.url,
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "pod"),
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_REGION": "eu-west-1",
    }.items():
        alone.setenv(name, value)
    with pytest.raises(s3vend.AccessDenied) as refused:
        s3vend.connect().ask("credentials", {})
    assert "Not used: AWS_WEB_IDENTITY_TOKEN_FILE" in str(refused.value)
    assert '"sts.amazonaws.com", which is AWS STS' in str(refused.value)


@pytest.mark.parametrize(
    "value", [b"x", {"a"}, range(2), timedelta(1), Path("a"), float("nan"), {("a",): "b"}], ids=repr
)
def test_what_json_does_not_have_is_refused_before_anything_is_sent(
    serve: Serve, value: object
) -> None:
    served = serve(lambda asked: (200, {}, {}))
    with pytest.raises(s3vend.SettingsError, match=r"cannot be sent as JSON: .*Use texts"):
        s3vend.presign("s3://b/k", method="PUT", metadata=value, service=service(served.url))
    assert served.asked == []
