"""What answers at a wrong path, or before the service, is told as what it is."""

import json

import pytest

import s3vend
from s3vend.http.wire import Answer
from s3vend.service.elsewhere import not_of_the_service
from tests.client.asking import problem, service
from tests.client.conftest import Reply, Serve

PORTAL = (
    b"\n<!DOCTYPE html><html><head><title>Log in\n to Hotel</title></head><body>x</body></html>"
)
S3 = b'<?xml version="1.0"?>\n<Error><Code>MethodNotAllowed</Code><Message>x</Message></Error>'
MISSING = {"x-amzn-errortype": "MissingAuthenticationTokenException"}


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (
            (302, {"Location": "https://login.example.com/a?state=hunter2"}, b""),
            "redirects to http",
        ),
        ((301, {"Location": "/login?state=hunter2"}, b""), "redirects to another path"),
        ((307, {}, b""), "redirects to another path"),
        ((302, {"Location": "http://[login?state=hunter2"}, b""), "redirects to another place"),
        ((200, {}, PORTAL), "web page answered, not s3vend: 'Log in to Hotel'"),
        ((404, {}, b"<HTML><body>nginx hunter2x</body>"), "web page answered"),
        ((405, {}, S3), "S3, or a service like it, answered MethodNotAllowed"),
        ((403, {}, {"message": "Forbidden"}), "API Gateway has no stage at this path"),
        (
            (403, {"x-amzn-errortype": "ForbiddenException"}, {"message": "Forbidden"}),
            "API Gateway has no stage at this path",
        ),
        ((404, {}, {"message": "Not Found"}), "API Gateway has no route at this path"),
        (
            (403, MISSING, {"message": "Missing Authentication Token"}),
            "API Gateway has no route at this path",
        ),
        ((403, MISSING, {"code": "NotAuthenticated", "detail": "x"}), "API Gateway has no route"),
        ((404, {}, b"404 page not found"), "not one of s3vend: 404 page not found"),
        ((403, {}, b"[]"), "not one of s3vend"),
        ((200, {}, b""), "not one of s3vend"),
    ],
)
def test_an_answer_of_something_else_is_told_as_such(reply: Reply, says: str, serve: Serve) -> None:
    served = serve(lambda asked: reply)
    with pytest.raises(s3vend.UnexpectedAnswer) as refused:
        service(f"{served.url}/v1").ask("credentials", {})
    assert says in str(refused.value)
    assert "Check the service's address" in str(refused.value)
    assert "hunter2 " not in str(refused.value)
    assert "state" not in str(refused.value), "a redirect's path and query may contain secrets"
    assert len(served.asked) == 1


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (403, {}, {"code": "AccessDenied", "detail": "x"}),
        (403, {"x-amzn-errortype": "AccessDeniedException"}, {"Message": "User: arn:… is not"}),
        (403, {"x-amzn-errortype": "InvalidSignatureException:x"}, {"message": "The request"}),
        (429, {"x-amzn-errortype": "TooManyRequestsException"}, {"message": "Too Many Requests"}),
        (502, {}, "<html><title>502 Bad Gateway</title></html>"),
        (503, {}, "upstream connect error"),
    ],
)
def test_an_answer_of_the_service_or_of_what_stands_before_it_is_not(
    status: int, headers: "dict[str, str]", body: object
) -> None:
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    assert not_of_the_service(Answer(status, headers, data)) is None


def test_a_request_that_proves_no_identity_is_refused_in_the_same_way_by_the_service() -> None:
    body = json.dumps(problem(403, "NotAuthenticated")[2]).encode()
    assert not_of_the_service(Answer(403, MISSING, body), signed=False) is None


def test_a_gateway_that_fails_for_a_while_is_tried_again_and_shown_by_its_title(
    serve: Serve,
) -> None:
    page = b"<html><head><title>502 Bad Gateway</title></head><body><hr>nginx</body></html>"
    served = serve(lambda asked: (502, {}, page))
    with pytest.raises(s3vend.ServiceError, match=r"^502 Bad Gateway\n") as refused:
        service(served.url).ask("credentials", {})
    assert "nginx" not in str(refused.value)
    assert len(served.asked) == 3


@pytest.mark.parametrize("begin", [b"<html", b"<html><title>"])
@pytest.mark.parametrize("more", [b"<", b"<title>", b" ", b"<Error>"])
def test_an_answer_that_somebody_chose_is_not_looked_at_in_whole(begin: bytes, more: bytes) -> None:
    """With the square of its length as steps, this takes an hour."""
    found = not_of_the_service(Answer(200, {}, begin + more * 3_000_000))
    assert found is not None
    assert len(found.detail) < 1_000
