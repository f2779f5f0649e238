"""Copies between prefixes: what is due, and what the session does."""

from datetime import datetime, timedelta, timezone

import pytest

from s3vend.copying.across import Copying, same_content, same_time
from s3vend.errors import StorageError
from s3vend.listing.entries import Listed
from s3vend.transfer.many.jobs import Existing, Job
from s3vend.within.session import CopySession

THEN = datetime(2026, 11, 28, tzinfo=timezone.utc)
TICK = timedelta(milliseconds=1)


def listed(size: int = 5, modified: datetime = THEN, etag: str = '"e"') -> Listed:
    return Listed("s3://b/p/k", "p/k", size, modified, etag, "STANDARD")


@pytest.mark.parametrize(
    ("other", "time", "content"),
    [
        (listed(), True, True),
        (listed(modified=THEN + TICK), True, True),
        (listed(modified=THEN - TICK), False, True),
        (listed(size=6), False, False),
        (listed(etag='"f"'), True, False),
    ],
)
def test_a_copy_is_due_if_the_object_is_newer_or_differs(
    other: Listed, time: bool, content: bool
) -> None:
    assert same_time(listed(), other) is time
    assert same_content(listed(), other) is content


def test_objects_without_etags_are_never_the_same() -> None:
    assert not same_content(listed(etag=""), listed(etag=""))


@pytest.mark.parametrize(
    ("existing", "action"), [("replace", None), ("skip", "skipped"), ("fail", "failed")]
)
def test_an_object_that_exists_is_what_the_user_says(
    existing: Existing, action: "str | None", monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*given: object, **more: object) -> None:
        assert more["overwrite"] is (existing == "replace")
        raise StorageError("copy", 412, "PreconditionFailed")

    monkeypatch.setattr("s3vend.copying.across.copy_object", refused)
    way = Copying("s3://b/q/", CopySession.__new__(CopySession), existing, bool)
    job = Job("k", 5, listed())
    if action is None:
        with pytest.raises(StorageError):
            way.large(job)
    else:
        assert way.large(job).action == action
