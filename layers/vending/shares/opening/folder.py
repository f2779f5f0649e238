"""Lists the folder of a share, page by page; a list is no use."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from vending.audit.record import Record
from vending.errors import Fault, InvalidRequest
from vending.grants.keys import KEY_BYTES, Keys
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.found import Found
from vending.shares.opening.give import SECONDS, signed
from vending.shares.opening.opening import origin_of
from vending.shares.opening.views import Folder, Listed
from vending.uploads.start import without_source

PAGE = 100  # files


def list_folder(found: Found, after: str | None, record: Record, effects: OpenEffects) -> Folder:
    """One page of the folder's files, in the order of their names.

    The function itself asks S3, so this session has no condition on an address; ``judge`` has
    compared the opener's.

    Raises:
        InvalidRequest: the share has no folder, or ``after`` is not from one of its pages.
        StorageRefused: S3 says no.
        And everything that ``judge`` and ``signing_for`` raise.
    """
    share, target = found.share, found.share.target
    if share.kind != "download" or not target.is_prefix:
        raise InvalidRequest("This link leads to no folder.")
    start = {} if after is None else {"start-after": _key(target, after)}
    caller, decision = found.judged(target, record, effects)
    signing = signed(caller, without_source(decision), SECONDS, 1, record, effects)
    query = {
        "list-type": "2",
        "encoding-type": "url",
        "prefix": target.key,
        "max-keys": str(PAGE),
        **start,
    }
    listing = effects.list_keys(signing.signer("GET", {}, query)(""))
    inside = [one for one in listing.keys if one.key.startswith(target.key)]
    files = tuple(
        Listed(one.key.removeprefix(target.key), one.size, one.modified)
        for one in inside
        if _can_be_given(target.bucket, one.key) and one.key != target.key
    )
    folders = sum(one.key.endswith("/") for one in inside)
    more = listing.truncated and inside
    return Folder(
        about=found.about,
        ticket=found.ticket,
        origin=origin_of(decision, effects),
        files=files,
        after=_token(inside[-1].key.removeprefix(target.key)) if more else None,
        earlier=after is not None,
        left_out=len(inside) - len(files) - folders,
    )


def _can_be_given(bucket: str, key: str) -> bool:
    """Whether a URL of ours can carry the key; one that ends with ``/`` is a folder's mark."""
    try:
        Keys(bucket, key)
    except ValueError:
        return False
    return not key.endswith("/")


def _token(name: str) -> str:
    """The name after which a page starts, for a field of a form: it may have any character."""
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _key(folder: Keys, token: str) -> str:
    """The key with this name; S3 lists also keys that no ``Keys`` can be."""
    try:
        name = urlsafe_b64decode(f"{token}==".encode("ascii")).decode()
    except ValueError:
        name = ""
    key = folder.key + name
    if not name or len(key.encode()) > KEY_BYTES:
        detail = "is not from this list"
        raise InvalidRequest(f"after: {detail}.", faults=[Fault("/after", detail)])
    return key
