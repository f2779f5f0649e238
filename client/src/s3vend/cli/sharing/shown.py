"""Shares as people see them: a sentence for a new one, a row of a table, and all of one."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from s3vend.cli.terminal.bar import size_text
from s3vend.cli.terminal.text import counted

if TYPE_CHECKING:
    from s3vend.sharing.entries import NewShare, Share

COLUMNS = ("ID", "STATE", "KIND", "USED", "LEFT", "UNTIL", "TARGET")
STATES = {"usedUp": "used up", "takenBack": "taken back"}
SPANS = {"d": 86_400, "h": 3600, "m": 60}


def span_text(seconds: int) -> str:
    """Return seconds as `--for` takes them, such as `7d`."""
    for unit, size in SPANS.items():
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def sentence(share: "NewShare") -> str:
    """Return what a new link does, and for how long."""
    whom = "whoever has the link and the password" if share.has_password else "whoever has the link"
    return f"{whom} {_allows(share)} until {_time(share.until)}"


def row(share: "Share") -> tuple[object, ...]:
    """Return the cells of a share, one for each of ``COLUMNS``."""
    state = STATES.get(share.state, share.state)
    return (
        *(share.id, state, share.kind, share.uses, share.left),
        *(_time(share.until), share.target),
    )


def size_cell(share: "Share") -> str | None:
    """Return the bytes that an upload link has taken, of those that it takes."""
    if share.reserved is None:
        return None
    most = "" if share.max_size is None else f" of {size_text(share.max_size)}"
    return f"{size_text(share.reserved)}{most}"


def owner_text(owner: Mapping[str, Any] | None) -> str:
    """Return whose share it is: an ARN, or an issuer and its subject."""
    owner = owner or {}
    return " ".join(str(owner[name]) for name in ("arn", "issuer", "subject") if name in owner)


def members(share: "Share") -> Iterator[tuple[str, object]]:
    """Yield the names and values of one share; empty ones are not shown."""
    yield from zip(map(str.lower, COLUMNS[:5]), row(share)[:5], strict=True)
    yield "size", size_cell(share)
    yield "until", _time(share.until)
    if share.expires_at != share.until:
        yield "made to end", _time(share.expires_at)
    yield "target", share.target
    yield "grant", share.grant
    yield "owner", owner_text(share.owner)
    yield "from", share.sender
    yield "label", share.label
    yield "file name", share.file_name
    yield "types", ", ".join(share.content_types)
    yield "password", share.has_password
    yield "made", _time(share.created_at)
    yield "taken back", share.taken_back_at and _time(share.taken_back_at)


def _allows(share: "NewShare") -> str:
    if share.kind != "upload":
        return f"can download {_downloads(share.target, share.max_uses)}"
    # What the share does not limit, the grant may: nothing is said to be without a limit.
    files = "files" if share.max_uses is None else counted(share.max_uses, "file")
    size = "" if share.max_size is None else f" of {size_text(share.max_size)} together"
    types = f" ({', '.join(share.content_types)})" if share.content_types else ""
    return f"can upload {files}{types}{size} to {share.target}"


def _downloads(target: str, most: "int | None") -> str:
    if most is None:
        return target
    if target.endswith("/*"):
        return f"{counted(most, 'file')} of {target}"
    return f"{target} {'once' if most == 1 else counted(most, 'time')}"


def _time(time: Any) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
