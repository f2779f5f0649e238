"""Whether named objects exist."""

from typing import Any

from s3vend.removal.look import existing
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import of, serving_shelf


def test_what_exists_is_looked_up_in_one_request_to_the_service(serve: Serve) -> None:
    shelf = of("p/a", "p/b")
    found = existing("s3://b/p/", ["a", "b", "c"], serving_shelf(shelf, serve), 4)
    assert found == {"a": True, "b": True, "c": False}
    assert [body["method"] for body in shelf.signed] == ["HEAD"]


def test_one_that_nobody_may_read_does_not_hide_the_others(serve: Serve) -> None:
    def refuse(body: "dict[str, Any]") -> "Reply | None":
        detail = {"code": "AccessDenied", "detail": "No."}
        return (403, {}, detail) if "secret" in body["keys"] else None

    service = serving_shelf(of("p/a", refuse=refuse), serve)
    found = existing("s3://b/p/", ["a", "b", "secret", "c"], service, 4)
    assert found == {"a": True, "b": False, "c": False}


def test_nobody_knows_what_nobody_may_read(serve: Serve) -> None:
    refused: Reply = 403, {}, {"code": "AccessDenied", "detail": "No."}
    service = serving_shelf(of("p/a", refuse=lambda body: refused), serve)
    assert existing("s3://b/p/", ["a"], service, 4) == {}


def test_an_error_of_s3_leaves_it_open(serve: Serve) -> None:
    def fail(asked: Asked, reply: Reply) -> Reply:
        return 400, {}, b""

    service = serving_shelf(of("p/a", instead=fail), serve)
    assert existing("s3://b/p/", ["a"], service, 4) == {}
