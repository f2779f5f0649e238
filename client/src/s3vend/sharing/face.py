"""The functions about links for people: one makes a share, the others list and end them."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from s3vend.errors import SettingsError
from s3vend.listing.target import below
from s3vend.service.connect import Service, connect
from s3vend.service.pages import pages
from s3vend.service.targets import items_of
from s3vend.sharing.entries import NewShare, Share, new_share_of, share_of

Kind = Literal["download", "upload"]
OWN, ALL = "shares", "/admin/shares"  # routes
_ID = re.compile(r"[0-9A-Za-z]{1,64}")


def share(
    target: str,
    *,
    expires_in: int | str,
    kind: Kind = "download",
    max_uses: int | None = None,
    password: str | None = None,
    sender: str | None = None,
    label: str | None = None,
    file_name: str | None = None,
    max_size: int | str | None = None,
    content_types: str | Iterable[str] | None = None,
    service: Service | None = None,
) -> NewShare:
    """Make a link that lets people without an account download, or upload.

    ``target`` is `s3://bucket/key` or `s3://bucket/prefix/*`; for an upload it is a prefix, and
    each file gets a key of its own below it. ``expires_in`` is in seconds, or a text such as "7d".
    ``max_uses`` is how many files the link gives or takes. ``sender`` and ``label`` are shown to
    whoever opens the link, and ``file_name`` is what one key is saved as. ``max_size`` (bytes, or a
    text such as "1GiB", of all files together) and ``content_types`` are for uploads.

    Whoever has ``url`` of the result has what it opens; no other answer has it.

    Raises:
        ServiceError: the service refused the request, such as AccessDenied: no grant that allows
            sharing covers the target.
        SettingsError: an argument cannot be used; or as `connect`.
        Unreachable: no answer. If a share was made all the same, nobody has its link.
        IdentityError: as `connect`.
    """
    types = [content_types] if isinstance(content_types, str) else content_types
    members: dict[str, object] = {
        "target": below(target).target if kind == "upload" else target,
        "kind": kind,
        "expiresIn": expires_in,
        "maxUses": max_uses,
        "password": password,
        "from": sender,
        "label": label,
        "fileName": file_name,
        "maxSize": max_size,
        "contentTypes": types and items_of(types, "a content type", "content_types=: "),
    }
    connected = service or connect()
    given = {name: value for name, value in members.items() if value is not None}
    return new_share_of(connected.ask(OWN, given), connected.settings.url)


def shares(
    *, admin: bool = False, target: str | None = None, service: Service | None = None
) -> Iterator[Share]:
    """List your shares, the newest first, until 30 days after their end.

    With ``admin``, those of everybody, each with its ``owner``; and with a ``target`` of these only
    the ones that open some of its keys, now or when their owner is back. They arrive page by page
    while the caller iterates.

    Raises:
        ServiceError, Unreachable, IdentityError, SettingsError: as `share`; of a list, while the
            caller iterates.
    """
    if target is not None and not admin:
        raise SettingsError("target= is for administrators; it goes with admin=True.")
    query = {} if target is None else {"target": target}
    connected = service or connect()
    return map(share_of, pages(connected, ALL if admin else OWN, "shares", **query))


def unshare(share: str | Share, *, admin: bool = False, service: Service | None = None) -> Share:
    """Take a share back, for good, and return it. Repeating it changes nothing.

    ``share`` is its id, or the share itself. With ``admin``, it may be a share of another caller.
    What the link has just given goes on: a URL for a download for 60 seconds, one for an upload for
    10 minutes.

    Raises:
        NotFound: no share of yours has this id.
        ServiceError, Unreachable, IdentityError, SettingsError: as `share`.
    """
    id_ = share.id if isinstance(share, Share) else share
    return share_of((service or connect()).end(route_of(id_, admin=admin)))


def route_of(id_: str, *, admin: bool) -> str:
    """Return the route of one share.

    Raises:
        SettingsError: it cannot be the id of a share. A link has a secret, so it is not repeated.
    """
    if not _ID.fullmatch(id_):
        raise SettingsError(
            "A share is named by its id, such as 0123456789abcdef, and not by its link or its "
            "target; s3vend shares lists the ids."
        )
    return f"{ALL if admin else OWN}/{id_}"
