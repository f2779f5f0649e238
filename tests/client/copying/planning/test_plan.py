"""What a copy does with each name."""

from datetime import datetime, timezone
from pathlib import Path

from s3vend.copying.planning.plan import Plan
from s3vend.copying.planning.times import differs
from s3vend.listing.entries import Listed
from s3vend.transfer.many.jobs import Job
from s3vend.tree.found import LocalFile
from s3vend.tree.names import Names
from s3vend.tree.rules import LINUX, WINDOWS, Rules

LATER = datetime(2099, 1, 1, tzinfo=timezone.utc)


def only_there(rules: Rules) -> "list[str]":
    """The files here that a sync with delete deletes, if there are `Report` and `other`."""
    listed = Listed("s3://b/report", "report", 1, LATER, '"e"', "STANDARD")
    files = [LocalFile(name, Path(name), 1, 0, ()) for name in ("Report", "other")]
    plan = Plan()
    jobs = list(plan.downloads([listed], files, lambda one: one.key, differs, Names(rules)))
    assert [one.name for one in jobs if isinstance(one, Job)] == ["report"]
    names = list(plan.extra)
    plan.extra.close()
    return names


def test_a_file_that_has_just_been_downloaded_is_not_deleted_under_its_other_spelling() -> None:
    assert only_there(WINDOWS) == ["other"]
    assert only_there(LINUX) == ["Report", "other"]


def test_what_stands_for_a_directory_is_neither_copied_to_disk_nor_deleted() -> None:
    markers = [listed("p/"), listed("p/dir/")]
    plan = Plan()
    assert list(plan.downloads(markers, [], name_of, differs, Names(LINUX))) == []
    assert list(plan.copies([], markers, name_of, name_of, lambda *_: True)) == []
    plan.extra.close()
    assert plan.extra.count == 0


def listed(key: str) -> Listed:
    return Listed(f"s3://b/{key}", key, 1, LATER, "", "STANDARD")


def name_of(one: Listed) -> str:
    return one.key.removeprefix("p/")
