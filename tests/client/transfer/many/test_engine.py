"""Many jobs at once: what ends one of them, and what ends all."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from s3vend.errors import AccessDenied, S3VendError, StorageError, Unreachable
from s3vend.service.connect import Service
from s3vend.transfer.many.away import Away
from s3vend.transfer.many.engine import DENIED, Engine
from s3vend.transfer.many.jobs import SMALL, Job, Result, Signature, Steps
from s3vend.transfer.many.signing import BATCH, Signer
from s3vend.transfer.many.tally import Tally
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import Shelf, serving_shelf

pytestmark = pytest.mark.usefixtures("alone")


@dataclass
class Doing:
    """A way that does nothing but fail where a test wants it."""

    fails: Mapping[str, S3VendError] = field(default_factory=dict)
    urls: "dict[str, str]" = field(default_factory=dict)
    method: str = "GET"
    prefix: str = "s3://b/p/"

    def key(self, job: Job) -> str:
        return job.name

    def shared(self) -> "Mapping[str, object]":
        return {}

    def own(self, job: Job) -> "Mapping[str, object]":
        return {"contentLength": job.size}

    def small(self, job: Job, signature: Signature) -> Steps:
        self.urls[job.name] = signature.url.url
        return self.large(job)
        yield  # it would ask

    def large(self, job: Job) -> Result:
        if job.name in self.fails:
            raise self.fails[job.name]
        return Result("copied", job.name, job.size)


def run(
    way: Doing, service: Service, planned: "Sequence[Job | Result]", parallel: int = 4
) -> "list[Result]":
    results: list[Result] = []
    engine = Engine(way, Signer(service, way), service.wire, parallel, Tally())
    engine.run(planned, lambda job, result: results.append(result))
    return sorted(results, key=lambda one: one.name)


def jobs(count: int, size: int = 1) -> "list[Job]":
    return [Job(f"{number:05}", size, None) for number in range(count)]


def denied(code: str = "AccessDenied") -> StorageError:
    return StorageError("put", 403, code)


def test_each_job_has_its_own_url_and_many_share_a_request(serve: Serve) -> None:
    shelf, way = Shelf(), Doing()
    results = run(way, serving_shelf(shelf, serve), jobs(2500))
    assert [one.name for one in results] == [one.name for one in jobs(2500)]
    assert [len(body["keys"]) for body in shelf.signed] == [1000, 1000, 500]
    assert all(f"/b/p/{name}?" in url for name, url in way.urls.items())


def test_the_next_urls_are_signed_while_files_are_transferred(serve: Serve) -> None:
    shelf, is_signed = Shelf(), threading.Event()

    class Waiting(Doing):
        def small(self, job: Job, signature: Signature) -> Steps:
            assert is_signed.wait(30)
            return super().small(job, signature)

    def refuse(body: object) -> None:
        del body
        if len(shelf.signed) == 2:
            is_signed.set()

    shelf.refuse = refuse
    assert len(run(Waiting(), serving_shelf(shelf, serve), jobs(2 * BATCH))) == 2 * BATCH


def test_a_failure_is_a_result_and_the_others_go_on(serve: Serve) -> None:
    way = Doing({"00003": StorageError("put x", 400, "Broken")})
    results = run(way, serving_shelf(Shelf(), serve), jobs(50))
    assert [one.name for one in results if one.action == "failed"] == ["00003"]
    assert "400 Broken" in results[3].reason


def test_what_the_plan_decided_is_only_reported(serve: Serve) -> None:
    given = Result("failed", "x", 0, "it cannot be read")
    assert run(Doing(), serving_shelf(Shelf(), serve), [given]) == [given]


@pytest.mark.parametrize("error", [Unreachable("no answer"), denied()])
def test_what_stops_all_ends_at_once(error: S3VendError, serve: Serve) -> None:
    way = Doing(dict.fromkeys((one.name for one in jobs(500)), error))
    with pytest.raises(type(error)):
        run(way, serving_shelf(Shelf(), serve), jobs(500), parallel=1)
    assert len(way.urls) == (1 if isinstance(error, Unreachable) else DENIED)


def test_denials_by_s3_one_after_the_other_end_all(serve: Serve) -> None:
    shelf = Shelf(
        instead=lambda asked, reply: (403, {}, b"<Error><Code>AccessDenied</Code></Error>")
    )
    service = serving_shelf(shelf, serve)
    way = Away("s3://b/", service)
    engine = Engine(way, Signer(service, way), service.wire, 4, Tally())
    with pytest.raises(StorageError, match="403 AccessDenied"):
        engine.run(jobs(500), lambda *_: None)
    assert len(shelf.seen) < 200


def test_a_denial_now_and_then_is_one_of_a_file(serve: Serve) -> None:
    way = Doing({one.name: denied() for one in jobs(500)[::2]})
    results = run(way, serving_shelf(Shelf(), serve), jobs(500), parallel=1)
    assert sum(one.action == "failed" for one in results) == 250


def test_a_refusal_of_the_service_ends_all(serve: Serve) -> None:
    def refuse(body: object) -> Reply:
        return 403, {}, {"code": "AccessDenied", "detail": "None of your grants allows it."}

    with pytest.raises(AccessDenied, match="None of your grants"):
        run(Doing(), serving_shelf(Shelf(refuse=refuse), serve), jobs(5))


def test_a_large_file_takes_no_url_here(serve: Serve) -> None:
    shelf = Shelf()
    results = run(Doing(), serving_shelf(shelf, serve), jobs(2, SMALL + 1))
    assert (len(results), shelf.signed) == (2, [])


def test_an_error_of_the_plan_ends_all(serve: Serve) -> None:
    def planned() -> "object":
        yield jobs(1)[0]
        raise AccessDenied.__new__(AccessDenied)

    with pytest.raises(AccessDenied):
        run(Doing(), serving_shelf(Shelf(), serve), planned())  # type: ignore[arg-type]


def test_nothing_begins_after_the_end_of_all(serve: Serve) -> None:
    way, service = Doing(), serving_shelf(Shelf(), serve)
    engine = Engine(way, Signer(service, way), service.wire, 4, Tally())
    engine.run(jobs(500), lambda job, result: engine.crew.stop.set())
    assert [*way.urls] == ["00000"]


@pytest.mark.parametrize("ends", ["by Ctrl-C", "by an error"])
def test_what_s3_did_before_the_end_of_all_is_reported(serve: Serve, ends: str) -> None:
    shelf = Shelf(dict.fromkeys((one.name for one in jobs(500)), b"x"))
    service = serving_shelf(shelf, serve)
    way, results = Away("s3://b/", service), list[Result]()
    engine = Engine(way, Signer(service, way), service.wire, 4, Tally())
    ended = threading.Event()

    def instead(asked: Asked, reply: Reply) -> Reply:
        if len(shelf.seen) > 100:
            ended.wait(0.2)
        return reply

    def report(job: "Job | None", result: Result) -> None:
        del job
        results.append(result)
        if len(results) == 100:
            ended.set()
            if ends == "by an error":
                raise Unreachable("no answer")
            engine.crew.stop.set()

    shelf.instead = instead
    with suppress(Unreachable):
        engine.run(jobs(500), report)
    assert {one.name for one in results} == {one.name for one in jobs(500)} - {*shelf.objects}
