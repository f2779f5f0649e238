"""Measures documents of many grants: `s3vend check`, staging, and questions. `make bench-many`.

Processor time on this machine, without calls to AWS; each step in a process of its own, whose peak
of memory is shown too.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from s3vend.cli.export.written import yaml_lines
from s3vend.cli.grant.document import read, uncollected
from s3vend.cli.large.cut import cut
from tests.support.many import document
from tests.support.staging import Author, Store
from vending.catalogue.batches import encode
from vending.checking.check import check
from vending.checking.stack import Stack
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.questions.standing import Standing
from vending.reach.document import Document
from vending.reach.who import who

type Steps = Iterator[tuple[str, float]]


def timed(name: str, step: Callable[[], Any]) -> tuple[Any, tuple[str, float]]:
    """Run a step; return what it returns, and its name with its processor seconds."""
    began = time.process_time()
    made = step()
    return made, (name, time.process_time() - began)


def checking(count: int) -> Steps:
    """`s3vend check FILE`, from the text of a file on."""
    with TemporaryDirectory() as place:
        path = Path(place) / "vending.yaml"
        path.write_text("\n".join(yaml_lines(document(count))), encoding="utf-8")
        text = path.read_text(encoding="utf-8")
    members, took = timed("read the YAML", lambda: read(text).members)
    yield took
    with uncollected():
        _, took = timed("check", lambda: check({"f": members}, Stack(), datetime.now(UTC)))
    yield took


def tenants(count: int) -> Steps:
    """`s3vend check` of tenants in one bucket, with a test that keeps them apart."""
    made = document(3 * count, buckets=1)
    made["grants"] = made["grants"][1::3]
    everywhere = made["locations"][0]["scope"]
    made["tests"] = [{"id": "apart", "disjoint": "claim.tenant_id", "within": everywhere}]
    with uncollected():
        found, took = timed(
            "check: tenants of one bucket are apart",
            lambda: check({"f": made}, Stack(), datetime.now(UTC)),
        )
    assert not found.findings, found.findings[:1]
    yield took


def staging(count: int) -> Steps:
    """A document that is staged in an empty table, and one that changes all of it."""
    store = Store()
    parts, took = timed("cut into parts (client)", lambda: cut(document(count)))
    yield took
    for name, permission in (("adds", "READ"), ("changes", "READWRITE")):
        author = Author(store, document(count, permission), size=-(-count // (len(parts) - 1)))
        yield from staged(name, author)
        store.history.clear()
        store.recorded.clear()
        store.texts.clear()


def staged(name: str, author: Author) -> Steps:
    """One document, from its first part to its last transaction, in the shortest steps."""
    id_ = str(author.announced()["id"])
    bodies = author.bodies
    _, (_, sent) = timed("", lambda: author.send(id_, range(len(bodies))))
    yield f"{name}: take all parts", sent
    author.store.tick = 15.0  # seconds that pass at each look at the clock
    taken, state = list[float](), "open"
    while state != "planned":
        answer, (_, took) = timed("", lambda: author.commit(id_, dryRun=True))
        state = answer["state"]
        taken.append(took)
    yield f"{name}: check and plan, all steps", sum(taken)
    yield f"{name}: the longest step", max(taken)
    author.store.tick = 0.0
    _, took_all = timed(f"{name}: read the plan and write it", lambda: author.applied(id_))
    yield took_all


def asking(count: int, buckets: int) -> Steps:
    """`s3vend who-can s3://bucket/key`, once the texts of all grants are here."""
    made = document(count, buckets=buckets)
    grants = (GrantBody.model_validate(one).grant() for one in made["grants"])
    places = [LocationBody.model_validate(one).location() for one in made["locations"]]
    issuers = [IssuerBody.model_validate(one).trusted_issuer() for one in made["issuers"]]
    standing = Standing(
        1,
        {
            "grant": {one.id: encode(one.as_json()) for one in grants},
            "location": {one.id: encode(one.as_json()) for one in places},
            "issuer": {one.id: encode(one.as_json()) for one in issuers},
        },
    )
    del made
    target = Keys("bucket-000", "users/200/report.csv")

    def answer() -> list[str]:
        whole = Document(
            tuple(standing.grants([], target)),
            tuple(standing.issuers()),
            tuple(standing.locations(target.bucket)),
            datetime.now(UTC),
        )
        return [one.grants[0].id for one in who(whole, target, Permission.READ)]

    found, took = timed(f"who-can, {buckets} bucket{'s' * (buckets > 1)}", answer)
    assert found, "somebody can"
    yield took


def run(what: str, count: int, pipe: Any) -> None:
    """Run the steps, and send their names, seconds and the peak of memory in MiB."""
    makers: dict[str, Callable[[], Steps]] = {
        "check": lambda: checking(count),
        "tenants": lambda: tenants(count),
        "stage": lambda: staging(count),
        "ask": lambda: asking(count, 100),
        "ask-one": lambda: asking(count, 1),
    }
    steps = list(makers[what]())
    pipe.send((steps, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grants", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    results: dict[str, dict[int, tuple[list[float], float]]] = {}
    context = get_context("spawn")
    for count in given.grants:
        for what in ("check", "tenants", "stage", "ask", "ask-one"):
            for _ in range(given.rounds):
                here, there = context.Pipe()
                process = context.Process(target=run, args=(what, count, there))
                process.start()
                there.close()  # so that the end of the process is seen
                steps, memory = here.recv()
                process.join()
                for name, seconds in steps:
                    found, most = results.setdefault(name, {}).get(count, ([], 0.0))
                    results[name][count] = ([*found, seconds], max(most, memory))
    lines = (
        ["step", *(f"{one:,} grants" for one in given.grants)],
        ["---"] * (len(given.grants) + 1),
    )
    rows = [
        [
            name,
            *(
                f"{min(each):.2f} to {max(each):.2f} s, {most:,.0f} MiB"
                for each, most in row.values()
            ),
        ]
        for name, row in results.items()
    ]
    sys.stdout.write("".join(f"| {' | '.join(cells)} |\n" for cells in (*lines, *rows)))


if __name__ == "__main__":
    main()
