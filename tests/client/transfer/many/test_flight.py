"""Many requests under way at once, by one thread, and what it leaves to others."""

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, cycle, islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from s3vend.errors import StorageError, Unreachable
from s3vend.http.lanes.pool import Lanes
from s3vend.http.lanes.request import Request
from s3vend.http.wire import Wire
from s3vend.transfer.crew import Crew, Stopped
from s3vend.transfer.many.flight import Flight, Work
from s3vend.transfer.many.jobs import LIGHT, Job, Result, Steps
from s3vend.transfer.many.landing import SAMPLE, SLOW, Speed
from tests.client.certificates import authority, issued
from tests.client.conftest import Asked, Reply, Serve
from tests.client.listening import listening, request

if TYPE_CHECKING:
    from s3vend.http.lanes.lane import Lane

pytestmark = pytest.mark.usefixtures("alone")

PARALLEL, BATCH = 4, 200
KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Reading:
    """Jobs that read what their names say from a server; ``land`` gets each body."""

    url: str
    land: Callable[[bytes], object] = bool
    headers: "dict[str, str]" = field(default_factory=dict)
    parallel: int = PARALLEL
    wire: Wire = field(default_factory=lambda: Wire(connect=2.0, read=2.0))
    ended: "list[tuple[Result, int]]" = field(default_factory=list)  # with the thread that ended it
    statuses: "list[int]" = field(default_factory=list)
    unreachable: "list[Unreachable]" = field(default_factory=list)

    def steps(self, job: Job) -> Steps:
        while True:
            try:
                answer = yield Request("GET", f"{self.url}/{job.name}", self.headers)
            except Unreachable as error:
                self.unreachable.append(error)
                continue
            self.statuses.append(answer.status)
            if answer.status == 200:
                break
        self.land(answer.body)
        return Result("copied", job.name, job.size)

    def run(self, names: "Iterable[str]", *sizes: int) -> "list[str]":
        """Do jobs of these names, and of these sizes in turns; return the names as they ended."""
        crew, lanes = Crew[Work](self.parallel), Lanes(self.wire)
        flight = Flight(lanes, self.parallel, self.settle, crew.check)
        jobs = (Job(*named, None) for named in zip(names, cycle(sizes or [1]), strict=False))
        try:
            crew.run(self.works(flight, jobs), lambda work: work())
        finally:
            flight.close()
            lanes.close()
        return [result.name for result, _ in self.ended]

    def works(self, flight: Flight, jobs: "Iterator[Job]") -> "Iterator[Work]":
        """Give the jobs to the flight, some at a time."""
        for first in jobs:
            batch = chain([first], islice(jobs, BATCH - 1))
            yield from flight.works((job, self.steps(job)) for job in batch)
        yield from flight.rest()

    def settle(self, job: Job, step: "Callable[[], Result | None]") -> None:
        del job
        result = step()
        if result is not None:
            self.ended.append((result, threading.get_ident()))

    def threads(self, last: int) -> "set[int]":
        """The threads that ended the last jobs."""
        return {thread for _, thread in self.ended[-last:]}


def names(count: int) -> "list[str]":
    return [f"{number:04}" for number in range(count)]


def empty(asked: Asked) -> Reply:
    del asked
    return 200, {}, b"x"


def test_one_thread_has_many_requests_under_way(serve: Serve) -> None:
    together = threading.Barrier(PARALLEL, timeout=10)

    def reply(asked: Asked) -> Reply:
        if asked.path >= "/0100":
            together.wait()  # it answers none until all are asked
        return 200, {}, b"x"

    reading = Reading(serve(reply).url)
    assert sorted(reading.run(names(100 + 5 * PARALLEL))) == names(100 + 5 * PARALLEL)
    assert len(reading.threads(5 * PARALLEL)) == 1


@pytest.mark.parametrize("sizes", [[1], [1, 1, 1, LIGHT + 1], [1, *[LIGHT + 1] * 3]])
@pytest.mark.parametrize("parallel", [1, 3])
def test_no_more_are_under_way_than_wanted(serve: Serve, parallel: int, sizes: "list[int]") -> None:
    lock, now, most = threading.Lock(), 0, 0

    def reply(asked: Asked) -> Reply:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.002)
        with lock:
            now -= 1
        return 200, {}, b"x"

    reading = Reading(serve(reply).url, parallel=parallel)
    assert sorted(reading.run(names(40), *sizes)) == names(40)
    assert most == parallel


def test_an_answer_that_is_late_keeps_no_other_waiting(serve: Serve) -> None:
    others = threading.Semaphore(0)

    def reply(asked: Asked) -> Reply:
        if asked.path == "/0050":
            for _ in range(40):
                others.acquire(timeout=10)
        elif asked.path > "/0050":
            others.release()
        return 200, {}, b"x"

    assert Reading(serve(reply).url).run(names(100)).index("0050") > 80


@pytest.mark.parametrize(
    "pieces",
    [
        [KEPT[:1], KEPT[1:]],
        [KEPT[:38], KEPT[38:-1], KEPT[-1:]],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{", b"}\r\n0", b"\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\n\r\n{", b"}"],
    ],
)
def test_an_answer_that_comes_in_pieces_keeps_no_other_waiting(pieces: "list[bytes]") -> None:
    others, bodies = threading.Semaphore(0), list[bytes]()

    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            path = asked.split()[1]
            if path == b"/0050":
                for piece in pieces:
                    connection.sendall(piece)
                    for _ in range(10):
                        others.acquire(timeout=10)
                if b"Content-Length" in b"".join(pieces):
                    continue
                return  # an answer without a length ends where the connection does
            if path > b"/0050":
                others.release()
            connection.sendall(KEPT)

    with listening(talk) as port:
        reading = Reading(f"http://127.0.0.1:{port}", bodies.append)
        assert reading.run(names(100)).index("0050") > 55
    assert set(bodies) == {b"{}"}
    assert reading.unreachable == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_over_tls_answers_in_pieces_and_closed_connections_are_the_same(
    tmp_path: Path, version: ssl.TLSVersion
) -> None:
    company, body = authority(), bytes(range(256)) * 200
    context = issued(company, ["localhost"]).server(tmp_path / "key.pem")
    context.minimum_version = context.maximum_version = version
    counts: Counter[bytes] = Counter()

    def talk(plain: socket.socket) -> None:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(plain, server_side=True) as connection:
            for _ in range(20):  # then it closes
                asked = request(connection)
                if not asked:
                    return
                counts[asked.split()[1]] += 1
                head = f"HTTP/1.1 200 OK\r\nX: {asked.split()[1].decode()}\r\nContent-Length: "
                for piece in (head.encode(), f"{len(body)}\r\n\r\n".encode() + body):
                    connection.sendall(piece)

    environment = {"AWS_CA_BUNDLE": str(company.saved(tmp_path / "ca.pem"))}
    bodies = Counter[bytes]()

    def land(data: bytes) -> None:
        bodies[data] += 1

    with listening(talk) as port:
        wire = Wire(connect=5.0, read=5.0, environment=environment)
        reading = Reading(f"https://localhost:{port}", land, wire=wire)
        assert sorted(reading.run(names(200))) == names(200)
    assert bodies == {body: 200}
    assert (len(counts), reading.unreachable) == (200, [])
    assert counts.total() == 200


def test_an_answer_that_does_not_come_keeps_no_later_batch_waiting(serve: Serve) -> None:
    later = threading.Event()

    def reply(asked: Asked) -> Reply:
        if asked.path == "/0050":
            assert later.wait(10)
        elif asked.path == f"/{2 * BATCH - 1:04}":
            later.set()
        return 200, {}, b"x"

    reading = Reading(serve(reply).url, wire=Wire(connect=2.0, read=20.0))
    assert sorted(reading.run(names(2 * BATCH))) == names(2 * BATCH)
    assert later.is_set()


@pytest.mark.parametrize("status", [503, 200])
def test_a_refused_request_goes_on_in_another_thread(serve: Serve, status: int) -> None:
    busy: Reply = (status, {}, b"<Error><Code>SlowDown</Code></Error>")
    served = serve(lambda asked: busy if asked.path == "/0050" else (200, {}, b"x"))
    reading = Reading(served.url)
    pilot = threading.Event()

    def steps(job: Job) -> Steps:
        answer = yield Request("GET", f"{served.url}/{job.name}", {})
        if answer.body != b"x":
            assert pilot.wait(10)  # what would keep the others waiting
        elif len(reading.ended) == 98:  # this one is the last but one
            pilot.set()
        return Result("copied", job.name)

    reading.steps = steps  # type: ignore[method-assign]
    assert "0050" in reading.run(names(100))[-2:]
    assert len(reading.threads(2)) == 2


def test_a_connection_that_was_closed_meanwhile_is_made_again() -> None:
    counts: Counter[bytes] = Counter()

    def talk(connection: socket.socket) -> None:
        for _ in range(5):  # then it closes, perhaps with a request on the way
            asked = request(connection)
            if not asked:
                return
            counts[asked.split()[1]] += 1
            connection.sendall(KEPT)

    with listening(talk) as port:
        reading = Reading(f"http://127.0.0.1:{port}")
        assert sorted(reading.run(names(200))) == names(200)
    assert (len(counts), counts.total()) == (200, 200)


def test_a_request_with_a_condition_is_never_sent_twice_by_itself() -> None:
    counts: Counter[bytes] = Counter()

    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            counts[asked.split()[1]] += 1
            if asked.split()[1] == b"/0050" and counts[b"/0050"] == 1:
                return  # carried out, and then the connection is gone
            connection.sendall(KEPT)

    with listening(talk) as port:
        reading = Reading(f"http://127.0.0.1:{port}", headers={"If-Match": '"x"'})
        assert sorted(reading.run(names(100))) == names(100)
    assert len(reading.unreachable) == 1  # the job was told, and asked again
    assert counts[b"/0050"] == 2


def test_a_job_is_told_of_a_connection_that_breaks_while_its_request_is_sent(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, broken = Lanes.begin, list[str]()

    def breaks(lanes: Lanes, request: Request) -> "Lane | None":
        if request.url.endswith("/0050") and not broken:
            broken.append(request.url)
            raise Unreachable("S3 may have got it")
        return begin(lanes, request)

    monkeypatch.setattr(Lanes, "begin", breaks)
    reading = Reading(serve(empty).url)
    assert sorted(reading.run(names(100))) == names(100)
    assert len(reading.unreachable) == len(broken) == 1


def test_what_is_never_answered_is_unreachable(serve: Serve) -> None:
    silent = threading.Event()

    def reply(asked: Asked) -> Reply:
        if asked.path == "/0050" and not silent.is_set():
            silent.set()
            time.sleep(3)
        return 200, {}, b"x"

    reading = Reading(serve(reply).url, wire=Wire(connect=2.0, read=0.5))
    assert sorted(reading.run(names(100))) == names(100)
    assert ["did not answer in time" in str(error) for error in reading.unreachable] == [True]


def test_what_is_never_answered_is_asked_again_while_others_are_answered() -> None:
    counts: Counter[bytes] = Counter()

    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            counts[asked.split()[1]] += 1
            if counts[b"/0050"] != 1 or asked.split()[1] != b"/0050":
                connection.sendall(KEPT)

    with listening(talk) as port:
        reading = Reading(f"http://127.0.0.1:{port}", wire=Wire(connect=2.0, read=0.2))
        reading.run(takewhile(lambda _: not reading.unreachable, names(20_000)))
    assert len(reading.ended) < 20_000  # it was not noticed only when no other was left


def test_a_file_that_is_not_light_is_left_to_other_threads(serve: Serve) -> None:
    reading = Reading(serve(empty).url)
    together = threading.Barrier(PARALLEL, timeout=10)
    reading.land = lambda _: together.wait()  # one thread alone would wait for ever
    assert len(reading.run(names(5 * PARALLEL), LIGHT + 1)) == 5 * PARALLEL


def test_a_file_that_has_grown_meanwhile_keeps_no_other_waiting() -> None:
    others = threading.Event()

    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            if asked.startswith(b"PUT"):
                assert others.wait(10)  # and does not read on
                return
            connection.sendall(KEPT)

    def steps(job: Job) -> Steps:
        if job.name == "0050":
            with suppress(Unreachable):
                yield Request("PUT", f"{reading.url}/x", {"If-Match": "x"}, bytes(2**25))
        else:
            yield Request("GET", f"{reading.url}/x", {})
            if len(reading.ended) == 98:  # this one is the last but one
                others.set()
        return Result("copied", job.name)

    with listening(talk) as port:
        reading = Reading(f"http://127.0.0.1:{port}")
        reading.steps = steps  # type: ignore[method-assign]
        assert "0050" in reading.run(names(100))[-2:]


def test_where_the_disk_is_slow_many_threads_use_it(serve: Serve) -> None:
    landed = 0

    def land(body: bytes) -> None:
        nonlocal landed
        del body
        landed += 1
        if landed < SAMPLE * 2:
            time.sleep(0.002)

    reading = Reading(serve(empty).url, land)
    reading.run(names(SAMPLE * 3))
    assert len(reading.threads(SAMPLE)) > 1


@pytest.mark.parametrize(("slow", "is_slow"), [(SAMPLE // 3, False), (SAMPLE // 3 + 1, True)])
def test_a_disk_is_slow_where_more_than_a_third_of_a_sample_is_and_stays_so(
    slow: int, is_slow: bool
) -> None:
    speed, seen = Speed(), []
    for steps in (0, slow, SAMPLE // 3, 0):  # of each sample
        for number in range(SAMPLE):
            speed.add(SLOW * 2 if number < steps else SLOW / 2)
        seen.append(speed.is_slow)
    assert seen == [False, is_slow, is_slow, is_slow]


@pytest.mark.parametrize("proxied", [False, True])
def test_without_kept_connections_others_do_all(
    serve: Serve, alone: pytest.MonkeyPatch, proxied: bool
) -> None:
    served = serve(lambda _: (200, {"Connection": "close"}, b"x"))
    if proxied:
        alone.setenv("http_proxy", served.url)
    reading = Reading("http://s3.example.com" if proxied else served.url, wire=Wire())
    assert sorted(reading.run(names(50))) == names(50)


def test_the_first_error_that_is_not_of_one_file_ends_all(serve: Serve) -> None:
    served = serve(empty)
    reading = Reading(served.url)

    def land(body: bytes) -> None:
        if len(reading.ended) >= 50:
            raise StorageError("read", 500, "Broken")

    reading.land = land
    with pytest.raises(StorageError):
        reading.run(names(1000))
    assert len(served.asked) < 100


def test_what_was_asked_before_an_error_is_still_reported(serve: Serve) -> None:
    under_way, failed = threading.Barrier(PARALLEL, timeout=10), threading.Event()

    def reply(asked: Asked) -> Reply:
        if asked.path >= "/0050":
            under_way.wait()
        if asked.path > "/0050":
            assert failed.wait(10)
        return 200, {}, asked.path.encode()

    def land(body: bytes) -> None:
        if body == b"/0050":
            failed.set()
            raise StorageError("read", 500, "Broken")

    served = serve(reply)
    reading = Reading(served.url, land)
    with pytest.raises(StorageError):
        reading.run(names(1000))
    asked = {one.path.strip("/") for one in served.asked}
    assert {result.name for result, _ in reading.ended} == asked - {"0050"}


def test_it_stops_also_while_nothing_is_answered() -> None:
    silent = threading.Event()

    def talk(connection: socket.socket) -> None:
        while asked := request(connection):
            if asked.split()[1] == b"/0003" and not silent.is_set():
                silent.set()
            else:
                connection.sendall(KEPT)

    def check() -> None:
        if silent.is_set():
            raise Stopped

    def do_all(works: "Iterable[Work]") -> None:
        for work in works:
            work()

    with listening(talk) as port:
        reading = Reading(f"http://127.0.0.1:{port}")
        lanes = Lanes(reading.wire)
        flight = Flight(lanes, 1, reading.settle, check)
        jobs = (Job(name, 1, None) for name in names(10))
        works = flight.works((job, reading.steps(job)) for job in jobs)
        with pytest.raises(Stopped):
            do_all(works)
        assert len(reading.ended) == 3
        flight.close()
        lanes.close()


def test_a_job_that_asks_for_nothing_ends_at_once() -> None:
    reading = Reading("http://127.0.0.1:9")

    def steps(job: Job) -> Steps:
        return Result("skipped", job.name)
        yield

    reading.steps = steps  # type: ignore[method-assign]
    assert reading.run(names(10)) == names(10)
