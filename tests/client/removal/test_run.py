"""Deletions, with a service and an S3 that are real servers."""

from typing import Any

import pytest

import s3vend
from s3vend.removal.run import Removal
from s3vend.removal.targets import groups_of
from s3vend.transfer.many.jobs import Result
from s3vend.transfer.many.tally import Tally
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import Shelf, of, serving_shelf

NASTY = [
    "p/",
    "p/sub/",
    "p/sub/x",
    "p/ a+b%20 ",
    "p/*",
    "p/q/*",
    "p/*.csv",
    "p/[a]?",
    "p/\u00e4\U0001f600",
    "p/'\"<&>",
    "p/" + "k" * 900,
]


class Run:
    """One run: its results by target, and its numbers."""

    def __init__(self, shelf: Shelf, serve: Serve, *targets: str, **more: Any) -> None:
        options = {"recursive": False, "literal": False, "dry_run": False} | more
        self.results: dict[str, str] = {}
        service = serving_shelf(shelf, serve)
        dry_run = options.pop("dry_run")
        self.removal = Removal(service, self._add, Tally(), dry_run=dry_run)
        groups = groups_of(targets, **options)
        self.removal.run([(group, group.names(service)) for group in groups])

    def _add(self, result: Result) -> None:
        assert result.name not in self.results
        self.results[result.name] = result.reason or result.action

    @property
    def deleted(self) -> "list[str]":
        names = [target for target, said in self.results.items() if said == "deleted"]
        return sorted(name.removeprefix("s3://b/") for name in names)


def requests(shelf: Shelf, method: str) -> "list[int]":
    """How many URLs each request to the service was for."""
    counts = []
    for body in shelf.signed:
        found = body.get("requests", [{}])
        if body.get("method", found[0].get("method")) == method:
            counts.append(len(body.get("keys", found)))
    return counts


def test_everything_below_a_prefix_is_deleted_and_nothing_else(serve: Serve) -> None:
    shelf = of(*NASTY, "q", "pq/x", "p")
    run = Run(shelf, serve, "s3://b/p/", recursive=True)
    assert (shelf.keys, run.deleted) == (["p", "pq/x", "q"], sorted(NASTY))


def test_a_whole_bucket_is_emptied(serve: Serve) -> None:
    shelf = of(*NASTY, "*", "top")
    run = Run(shelf, serve, "s3://b/*", recursive=True)
    assert (shelf.keys, len(run.deleted)) == ([], len(NASTY) + 2)


def test_the_object_of_the_prefix_itself_is_deleted_last(serve: Serve) -> None:
    shelf = of("p/q/", "p/q/a", "p/q/b")
    Run(shelf, serve, "s3://b/p/q/", recursive=True)
    assert [one.path.partition("?")[0] for one in shelf.seen][-1] == "/b/p/q/"


def test_what_a_pattern_matches_is_deleted(serve: Serve) -> None:
    shelf = of("p/a.tmp", "p/b.csv", "p/q/c.tmp")
    assert Run(shelf, serve, "s3://b/p/**/*.tmp").deleted == ["p/a.tmp", "p/q/c.tmp"]
    assert shelf.keys == ["p/b.csv"]


@pytest.mark.parametrize("key", [key for key in NASTY if not key.endswith("/")])
def test_a_named_object_is_deleted_whatever_its_key(key: str, serve: Serve) -> None:
    shelf = of(*NASTY)
    Run(shelf, serve, f"s3://b/{key}", literal=True)
    assert shelf.keys == sorted({*NASTY} - {key})


def test_a_batch_takes_one_request_to_the_service(serve: Serve) -> None:
    shelf = of(*(f"p/{number:04}" for number in range(2_100)))
    run = Run(shelf, serve, "s3://b/p/", recursive=True)
    assert (shelf.keys, len(run.deleted)) == ([], 2_100)
    assert requests(shelf, "LIST") == [1, 1, 1]
    assert requests(shelf, "DELETE") == [1_000, 1_000, 100]


def test_a_named_object_that_is_not_there_is_said_and_the_others_are_deleted(serve: Serve) -> None:
    shelf = of("p/a", "p/b")
    run = Run(shelf, serve, "s3://b/p/none", "s3://b/p/a")
    assert (run.deleted, shelf.keys) == (["p/a"], ["p/b"])
    assert run.results["s3://b/p/none"] == "s3://b/p/none does not exist"
    assert (requests(shelf, "HEAD"), requests(shelf, "DELETE")) == ([2], [1])
    assert run.removal.unknown == 0


def hide(asked: Asked, reply: Reply) -> Reply:
    """S3 does not say that a key is not there."""
    return (403, {}, b"") if asked.method == "HEAD" and reply[0] == 404 else reply


def test_where_s3_hides_what_is_not_there_the_list_tells(serve: Serve) -> None:
    shelf = of("p/a", "p/b", instead=hide)
    run = Run(shelf, serve, "s3://b/p/none", "s3://b/p/a")
    assert run.results["s3://b/p/none"] == "s3://b/p/none does not exist"
    assert (run.deleted, run.removal.unknown) == (["p/a"], 0)


def refusing(*methods: str, keys: "tuple[str, ...]" = ()) -> Any:
    """A service that refuses these methods, or requests that have one of these keys."""

    def refuse(body: "dict[str, Any]") -> "Reply | None":
        asked = body.get("requests", [{}])
        method = body.get("method", asked[0].get("method"))
        targets = [*map(str, body.get("keys", ())), *(str(one.get("target")) for one in asked)]
        bad = any(target.endswith(keys) for target in targets) if keys else True
        detail = f"None of your grants allows {method}."
        return (403, {}, {"code": "AccessDenied", "detail": detail}) if method in methods and bad else None  # fmt: skip

    return refuse


def test_who_may_only_write_deletes_what_is_named_without_knowing_whether_it_was_there(
    serve: Serve,
) -> None:
    shelf = of("p/a", "p/b", refuse=refusing("HEAD", "LIST"))
    run = Run(shelf, serve, "s3://b/p/none", "s3://b/p/a")
    assert (run.deleted, run.removal.unknown) == (["p/a", "p/none"], 2)
    assert shelf.keys == ["p/b"]
    with pytest.raises(s3vend.AccessDenied, match="allows LIST"):
        Run(shelf, serve, "s3://b/p/", recursive=True)


def test_named_objects_that_the_service_refuses_are_not_fatal_for_the_others(serve: Serve) -> None:
    keys = [f"p/{name}" for name in "abcdefgh"]
    shelf = of(*keys, refuse=refusing("DELETE", keys=("p/c", "p/h")))
    run = Run(shelf, serve, *(f"s3://b/{key}" for key in keys))
    assert shelf.keys == ["p/c", "p/h"]
    assert run.results["s3://b/p/c"] == "None of your grants allows DELETE."


def test_who_may_delete_nothing_is_not_refused_for_each_object(serve: Serve) -> None:
    shelf = of(refuse=refusing("HEAD", "DELETE"))
    run = Run(shelf, serve, *(f"s3://b/p/{number}" for number in range(200)))
    assert set(run.results.values()) == {"None of your grants allows DELETE."}
    assert len(run.results) == 200
    assert len(shelf.signed) < 60


def test_an_object_that_s3_denies_is_not_fatal_for_the_others(serve: Serve) -> None:
    def deny(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "DELETE" and "/p/b?" in asked.path:
            shelf.objects["p/b"] = b"x"
            return 403, {}, b"<Error><Code>AccessDenied</Code></Error>"
        return reply

    shelf = of("p/a", "p/b", "p/c", instead=deny)
    run = Run(shelf, serve, "s3://b/p/", recursive=True)
    assert (run.deleted, shelf.keys) == (["p/a", "p/c"], ["p/b"])
    assert "Could not delete s3://b/p/b: S3 answered 403" in run.results["s3://b/p/b"]


def test_keys_that_the_service_does_not_sign_are_named_and_the_others_deleted(serve: Serve) -> None:
    def refuse(body: "dict[str, Any]") -> "Reply | None":
        wrong = [at for at, key in enumerate(body.get("keys", ())) if ".." in key]
        detail = "a key must not have '.' or '..' as a path segment"
        errors = [{"pointer": f"/keys/{at}", "detail": detail} for at in wrong]
        return (400, {}, {"code": "InvalidRequest", "errors": errors}) if wrong else None

    shelf = of("p/../x", "p/a", refuse=refuse)
    run = Run(shelf, serve, "s3://b/p/", recursive=True)
    assert (run.deleted, shelf.keys) == (["p/a"], ["p/../x"])
    assert "'..' as a path segment" in run.results["s3://b/p/../x"]


def test_a_temporary_error_is_tried_again(serve: Serve) -> None:
    slow: list[Reply] = [(503, {}, b"<Error><Code>SlowDown</Code></Error>")]
    shelf = of("p/a")

    def once(asked: Asked, reply: Reply) -> Reply:
        return slow.pop() if slow and asked.method == "DELETE" else reply

    shelf.instead = once
    assert Run(shelf, serve, "s3://b/p/", recursive=True).deleted == ["p/a"]


def test_delete_markers_are_counted_where_s3_says_that_it_made_them(serve: Serve) -> None:
    def version(asked: Asked, reply: Reply) -> Reply:
        return (204, {"x-amz-delete-marker": "true"}, b"") if asked.method == "DELETE" else reply

    shelf = of("p/a", "p/b", instead=version)
    assert Run(shelf, serve, "s3://b/p/", recursive=True).removal.markers == 2


@pytest.mark.parametrize("targets", [["s3://b/p/*.csv"], ["s3://b/p/a.csv", "s3://b/p/none"]])
def test_a_dry_run_deletes_nothing_and_signs_no_deletion(
    targets: "list[str]", serve: Serve
) -> None:
    shelf = of("p/a.csv", "p/b")
    run = Run(shelf, serve, *targets, dry_run=True)
    assert (run.deleted, shelf.keys) == (["p/a.csv"], ["p/a.csv", "p/b"])
    assert requests(shelf, "DELETE") == []
