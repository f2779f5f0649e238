"""Shares as values: what the service answers about links for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from s3vend.errors import S3VendError, SettingsError
from s3vend.http.address import is_loopback, valid_address
from s3vend.service.times import parse_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A link for people, as it was when the service answered. Times are in UTC."""

    id: str
    kind: str  # `download` or `upload`
    target: str  # `s3://bucket/key`, or `s3://bucket/prefix/*`
    grant: str  # the id of the grant that it stands on
    state: str  # `live`, `resting`, `expired`, `usedUp`, `takenBack`, `ended` or `refused`
    created_at: datetime
    expires_at: datetime
    until: datetime  # when it ends at the latest, as its grant is now
    uses: int  # files given, or accepted
    left: int | None  # uses that are left; None: any number
    max_uses: int | None
    reserved: int | None  # bytes of an upload link's files; None: not such a link
    max_size: int | None  # bytes of all files together
    content_types: tuple[str, ...]
    has_password: bool
    sender: str | None
    label: str | None
    file_name: str | None
    taken_back_at: datetime | None
    owner: Mapping[str, Any] | None = field(default=None, hash=False)  # for administrators


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare(Share):
    """A share that was just made. ``url`` is its link; no other answer has it."""

    url: str = field(repr=False)


def share_of(answer: Mapping[str, Any]) -> Share:
    """Return the share in an answer of the service."""
    return Share(**_members(answer))


def new_share_of(answer: Mapping[str, Any], service: str) -> NewShare:
    """Return the new share in an answer of the service at this address.

    Raises:
        S3VendError: its link is not a web address, or leads to this machine, where the service
            itself is not.
    """
    return NewShare(**_members(answer), url=_link(answer["url"], service))


def target_text(target: object) -> str:
    """Return a target of an answer as `s3://` text, also a key that ends in `*`."""
    if isinstance(target, Mapping):
        return f"s3://{target.get('bucket')}/{target.get('key')}"
    return str(target)


def _members(answer: Mapping[str, Any]) -> dict[str, Any]:
    taken = answer.get("takenBackAt")
    return {
        "id": answer["id"],
        "kind": answer["kind"],
        "target": target_text(answer["target"]),
        "grant": answer["grant"],
        "state": answer["state"],
        "created_at": parse_time(answer["createdAt"]),
        "expires_at": parse_time(answer["expiresAt"]),
        "until": parse_time(answer["until"]),
        "uses": answer["uses"],
        "left": answer.get("left"),
        "max_uses": answer.get("maxUses"),
        "reserved": answer.get("bytes"),
        "max_size": answer.get("maxSize"),
        "content_types": tuple(answer.get("contentTypes", ())),
        "has_password": answer["password"],
        "sender": answer.get("from"),
        "label": answer.get("label"),
        "file_name": answer.get("fileName"),
        "taken_back_at": None if taken is None else parse_time(taken),
        "owner": answer.get("owner"),
    }


def _link(url: object, service: str) -> str:
    """Return the link of an answer; it is a secret, so no message shows it."""
    try:
        link = valid_address(str(url), "The link")
    except SettingsError:
        link = ""
    here = urlsplit(link).scheme == "http"
    if not link or (here and not is_loopback(urlsplit(service).hostname or "")):
        raise S3VendError(
            "The service's answer has a link that is not a web address of its own. Check the "
            "service's address (S3VEND_URL)."
        )
    return link
