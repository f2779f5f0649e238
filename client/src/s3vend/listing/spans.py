"""A whole list in spans at once: each begins after a key that the one before it ends with.

A list is a chain of pages, of which each has the token of the next. Whoever compares knows keys in
advance: a page can begin after any of them. It counts once the span before it has that very key, so
that the result is what the chain of pages would have, in whatever order the storage lists.
"""

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

from s3vend.listing.entries import Listed
from s3vend.listing.page import Page
from s3vend.listing.pages import Pages
from s3vend.listing.target import below
from s3vend.service.connect import Service

PAGE = 1_000  # objects on a page of S3
SPANS = 12  # read at once, and in memory
KeysAfter = Callable[[str], Sequence[str]]


def unknown(after: str) -> Sequence[str]:
    """Return nothing: no key is expected."""
    del after
    return ()


def list_in_spans(target: str, service: Service, keys_after: KeysAfter) -> Iterator[Listed]:
    """List the objects below a prefix as `list_objects` does.

    ``keys_after`` returns some of the keys that are expected after one, in order: at best every
    1,000th. One that is not there costs a request to S3.
    """
    pages = Pages(below(target), service, {})
    page: Page | None = yield from _spans("", keys_after(""), pages)
    while page is not None:
        yield from page.objects
        ends = keys_after(page.last) if page.token and page.is_sorted else ()
        if ends:
            page = yield from _spans(page.last, ends, pages)
        else:
            page = pages.following(page)


def _spans(start: str, expected: Sequence[str], pages: Pages) -> Generator[Listed, None, Page]:
    """Yield what follows a key, up to a page that is returned, after which more may follow."""
    ends = expected[: SPANS - 1]
    spans = pages.read_together([{"startAfter": key} if key else {} for key in (start, *ends)])
    with closing(spans):
        for end in ends:
            left = yield from _up_to(end, next(spans), pages)
            if left is not None:
                return left
        return next(spans)


def _up_to(end: str, page: Page, pages: Pages) -> Generator[Listed, None, Page | None]:
    """Yield what is listed up to a key; return the first page where that cannot be known."""
    while True:
        objects = page.objects
        at = bisect_left(objects, end, key=_key)
        is_there = at < len(objects) and objects[at].key == end
        if is_there and page.is_sorted:
            yield from objects[: at + 1]
            return None
        if at < len(objects) or not page.is_sorted:
            return page
        following = pages.following(page)
        if following is None:
            return page
        yield from objects
        page = following


def _key(listed: Listed) -> str:
    return listed.key
