"""A link to what is not there: it is said, and the link is made all the same."""

import pytest

from tests.client.conftest import Asked, Reply, Serve
from tests.client.links import LINK, made
from tests.client.shelf import Shelf, of
from tests.client.typed import Ended, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")

KEYS = ("reports/2026.csv", "reports/a/b.csv")


def shared(at: Serve, target: str, *words: str, shelf: "Shelf | None" = None) -> Ended:
    """How `share` ends in a service with these keys."""
    there = shelf or of(*KEYS)

    def reply(asked: Asked) -> Reply:
        return (200, {}, made()) if asked.path.endswith("/shares") else there.reply(asked)

    at(reply)
    return typed("share", target, "--for", "7d", *words)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("s3://b/reports/2025.csv", "s3://b/reports/2025.csv does not exist now; until it does"),
        ("s3://b/reports/a", "leads to nothing; s3://b/reports/a/* shares the files below it\n"),
        ("s3://b/reports/*.csv", "leads to nothing; a link takes no pattern\n"),
        ("s3://b/reports/202[56].csv", "leads to nothing; a link takes no pattern\n"),
        ("s3://b/reports/20", "leads to nothing\n"),
        ("s3://b/report/*", "there is no object below s3://b/report/* now"),
    ],
)
def test_a_key_that_is_not_there_is_said_and_the_link_is_made(
    target: str, said: str, at: Serve
) -> None:
    ended = shared(at, target)
    assert (ended.code, ended.out) == (0, f"{LINK}\n")
    assert said in ended.err
    assert said not in shared(at, target, "--quiet").err


@pytest.mark.invariant(19)
def test_nothing_is_said_of_a_link_that_is_not_made(at: Serve) -> None:
    there = of(*KEYS)
    refused = problem(403, "AccessDenied", "None of your grants allows it.")
    at(lambda asked: refused if asked.path.endswith("/shares") else there.reply(asked))
    ended = typed("share", "s3://b/reports/2025.csv", "--for", "7d")
    assert ended.err.startswith("s3vend: None of your grants allows it.")


@pytest.mark.parametrize("target", ["s3://b/reports/2026.csv", "s3://b/reports/*", "s3://b/*"])
def test_nothing_is_said_of_what_is_there(target: str, at: Serve) -> None:
    assert len(shared(at, target).err.splitlines()) == 1


@pytest.mark.parametrize("reply", [problem(403, "AccessDenied"), problem(503, "Unavailable")])
def test_where_nobody_can_tell_nothing_is_said_and_nothing_is_tried_again(
    reply: Reply, at: Serve
) -> None:
    shelf = of(*KEYS, refuse=lambda body: reply)
    ended = shared(at, "s3://b/reports/2025.csv", shelf=shelf)
    assert (ended.code, len(ended.err.splitlines()), len(shelf.signed)) == (0, 1, 1)
