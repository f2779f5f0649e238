"""URLs for batches: the form, those that the service refuses, and those that expire."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from s3vend.errors import InvalidRequest
from s3vend.transfer.many import signing
from s3vend.transfer.many.signing import Batch, Refused, Signer, signed
from tests.client.conftest import Reply, Serve
from tests.client.shelf import Shelf, serving_shelf
from tests.client.transfer.many.test_engine import Doing, jobs

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("alone")


def invalid(*faults: "tuple[str, str]") -> Reply:
    errors = [{"pointer": pointer, "detail": detail} for pointer, detail in faults]
    return 400, {}, {"code": "InvalidRequest", "detail": "wrong", "errors": errors}


def signer(
    serve: Serve, refuse: "Callable[[dict[str, Any]], Reply | None]", prefix: str = "s3://b/p/"
) -> "tuple[Signer, Shelf]":
    shelf = Shelf(refuse=refuse)
    return Signer(serving_shelf(shelf, serve), Doing(prefix=prefix)), shelf


@pytest.mark.parametrize("pointer", ["/contentLength", "/contentType"])
def test_a_grant_that_limits_uploads_takes_the_full_form(serve: Serve, pointer: str) -> None:
    made, shelf = signer(
        serve, lambda body: invalid((pointer, "is required")) if "keys" in body else None
    )
    for _ in range(2):
        assert len(made.urls(jobs(3))) == 3
    assert ["keys" in body for body in shelf.signed] == [True, False, False]
    assert shelf.signed[1]["requests"][0] == {
        "method": "GET",
        "target": "s3://b/p/00000",
        "contentLength": 1,
    }


def test_a_whole_bucket_takes_the_full_form(serve: Serve) -> None:
    made, shelf = signer(serve, lambda body: None, "s3://b/")
    made.urls(jobs(1))
    assert "requests" in shelf.signed[0]


def test_another_fault_is_raised(serve: Serve) -> None:
    made, _ = signer(serve, lambda body: invalid(("/prefix", "is not one")))
    with pytest.raises(InvalidRequest):
        list(signed(made, jobs(3)))


def test_jobs_that_the_service_refuses_leave_the_others(serve: Serve) -> None:
    def refuse(body: "dict[str, Any]") -> "Reply | None":
        wrong = [at for at, key in enumerate(body["keys"]) if key == "00001"]
        return invalid(*((f"/keys/{at}", "is not a key") for at in wrong)) if wrong else None

    made, _ = signer(serve, refuse)
    refused, batch = signed(made, jobs(3))
    assert isinstance(refused, Refused)
    assert (refused.job.name, refused.reason) == ("00001", "'00001' is not a key")
    assert isinstance(batch, Batch)
    assert [one.name for one in batch.jobs] == ["00000", "00002"]


def test_urls_are_renewed_together_when_they_are_old(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, shelf = signer(serve, lambda body: None)
    batch = Batch(made, jobs(3))
    first = batch.signature(1).url
    assert batch.signature(1).renew() == first  # S3 refuses something else than its age
    assert len(shelf.signed) == 1
    monkeypatch.setattr(signing, "FRESH", timedelta(0))
    batch.signature(1).renew()
    assert len(shelf.signed) == 2
    monkeypatch.setattr(signing, "FRESH", timedelta(days=1))
    monkeypatch.setattr(signing, "EARLY", timedelta(days=365 * 200))
    batch.signature(2).renew()
    assert len(shelf.signed) == 3
