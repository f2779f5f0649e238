"""Objects below a prefix, page after page, with presigned URLs that list."""

from collections.abc import Iterator
from typing import Literal, overload

from s3vend.errors import SettingsError
from s3vend.listing.entries import CommonPrefix, Listed
from s3vend.listing.page import DELIMITER, Page
from s3vend.listing.pages import Pages
from s3vend.listing.target import SCHEME, Below, below
from s3vend.service.connect import Service, connect


@overload
def list_objects(
    target: str,
    *,
    recursive: Literal[True] = True,
    start_after: str | None = None,
    service: Service | None = None,
) -> Iterator[Listed]: ...
@overload
def list_objects(
    target: str,
    *,
    recursive: bool,
    start_after: str | None = None,
    service: Service | None = None,
) -> Iterator[Listed | CommonPrefix]: ...
def list_objects(
    target: str,
    *,
    recursive: bool = True,
    start_after: str | None = None,
    service: Service | None = None,
) -> Iterator[Listed | CommonPrefix]:
    """List the objects below a prefix: `s3://bucket/prefix/*` or `s3://bucket/prefix/`.

    They arrive in the order in which S3 lists them, by the bytes of their keys, while the caller
    iterates; no more than a page of 1,000 is in memory. Each page takes one request to the service
    and one to S3, so a grant that ends meanwhile ends the list. With ``recursive`` False, objects
    deeper than one level are not listed, but a `CommonPrefix` for each prefix that has some.
    ``start_after`` is a key, after which the list begins.

    Arguments are checked at once; all other errors are raised while the caller iterates.

    Raises:
        ServiceError: the service refused to sign, since it takes a grant with READ on the prefix.
        StorageError: S3 refused the list.
        TransferError: S3's list has what cannot be, such as a key that is not below the prefix.
        SettingsError: an argument cannot be used; or as `connect`.
        Unreachable, IdentityError: as `connect`.
    """
    wanted = below(target)
    if start_after is not None and (not start_after or start_after.startswith(SCHEME)):
        raise SettingsError(
            f"start_after is a key without s3:// and the bucket, such as {wanted.prefix}name; "
            f"not {start_after!r}."
        )
    members: dict[str, object] = {} if recursive else {"delimiter": DELIMITER}
    # S3 ignores startAfter beside a token.
    start: dict[str, object] = {} if start_after is None else {"startAfter": start_after}
    return _entries(wanted, members, start, service or connect())


def first_object(
    target: str, service: Service, *, start_after: str | None = None
) -> Listed | CommonPrefix | None:
    """Return the first object below a prefix, or None; raises as `list_objects`."""
    members: dict[str, object] = {"maxKeys": 1}
    members |= {} if start_after is None else {"startAfter": start_after}
    page = Pages(below(target), service, members).read({})
    return next(iter(page.entries), None)


def _entries(
    wanted: Below, members: dict[str, object], start: dict[str, object], service: Service
) -> Iterator[Listed | CommonPrefix]:
    pages = Pages(wanted, service, members)
    page: Page | None = pages.read(start)
    while page is not None:
        yield from page.entries
        page = pages.following(page)
