"""What a page shows to somebody who opened a link; nothing here is markup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

type Kind = Literal[
    "unknown",  # there is no such link
    "expired",
    "usedUp",
    "over",  # taken back, revoked, or nobody may know why
    "resting",  # its owner was not seen lately
    "notNow",  # the owner's grant does not allow it now, or not from this address
    "busy",  # too many tries or requests: see ``retry_after``
    "wrongRequest",
    "failed",
]


@dataclass(frozen=True, slots=True)
class About:
    """What every page says of a share; nothing of it is known before the password."""

    sender: str | None  # as the owner wrote it
    label: str | None
    expires_at: datetime
    left: int | None  # uses; None: any number


@dataclass(frozen=True, slots=True)
class Password:
    """A page that asks for the password; ``wrong``: again."""

    wrong: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A page with a button that downloads one file."""

    about: About
    name: str
    ticket: str | None
    origin: str  # of S3, to which the button leads


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a folder; its name is the key without the share's prefix."""

    name: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """A page that lists a folder, or before that a button that does."""

    about: About
    ticket: str | None
    origin: str
    files: tuple[Listed, ...] | None = None  # None: not listed yet
    after: str | None = None  # the name after which the next page starts; None: the last page
    earlier: bool = False  # whether there is a page before this one
    left_out: int = 0  # files whose names no URL of ours can carry


@dataclass(frozen=True, slots=True)
class Upload:
    """A page that takes files: by a script, or the first of two steps without one."""

    about: About
    ticket: str | None
    origin: str
    bucket: str  # its URL, to ask whether it answers pages
    most: int  # bytes of one file
    bytes_left: int | None  # of all files; None: any number
    content_types: tuple[str, ...]  # patterns; none: any


@dataclass(frozen=True, slots=True)
class Form:
    """The second step: S3's own form for one file."""

    about: About
    origin: str
    action: str
    fields: Mapping[str, str]
    name: str
    most: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """The page to which S3 leads after a form."""


@dataclass(frozen=True, slots=True)
class Message:
    """A page that says why nothing is given."""

    kind: Kind
    retry_after: int | None = None  # seconds


type View = Password | File | Folder | Upload | Form | Done | Message
