"""The members of a request for URLs, in snake_case or as the API spells them."""

import difflib
from collections.abc import Collection, Iterable, Mapping

from s3vend.errors import SettingsError
from s3vend.presigning.disposition import attachment

_READING = ("checksumMode", "partNumber", "responseContentDisposition", "responseContentType")
_KEPT = (
    *("cacheControl", "contentDisposition", "contentEncoding", "contentType", "kmsKey"),
    *("metadata", "serverSideEncryption", "storageClass", "tags"),
)
_CHECKSUMS = ("checksumCrc32c", "checksumCrc64nvme", "checksumSha256")
UPLOAD = (*_KEPT, "expectedBucketOwner")  # what a PUT and an upload in parts both take
MEMBERS: Mapping[str, Collection[str]] = {
    "GET": (*_READING, "versionId"),
    "HEAD": (*_READING, "versionId"),
    "PUT": (*UPLOAD, *_CHECKSUMS, "contentLength", "ifNoneMatch"),
    "POST": (*_KEPT, "contentLengthRange", "successActionRedirect", "successActionStatus"),
    "DELETE": (),
    "LIST": ("continuationToken", "delimiter", "maxKeys", "startAfter"),
}
SAVE_AS = "saveAs"  # a name, for the disposition: of the answer, or of what is uploaded
_DISPOSITION = {
    "GET": "responseContentDisposition",
    "HEAD": "responseContentDisposition",
    "PUT": "contentDisposition",
    "POST": "contentDisposition",
}
_NEAR = 0.75  # from 0 to 1: how similar a name is that an error suggests


def members_for(
    method: str, given: Mapping[str, object], own: Iterable[str] = ()
) -> dict[str, object]:
    """Return the members of a request for ``method``, by the API's names.

    ``own`` are further names that the caller knows, for suggestions. A member that is None is left
    out.

    Raises:
        SettingsError: a name is unknown, of another method, or given in both spellings; the method
            is unknown; or ``save_as`` is not a file name.
    """
    if method not in MEMBERS:
        raise SettingsError(f"Unknown method {method!r}; use {', '.join(MEMBERS)}.")
    takes = (*MEMBERS[method], SAVE_AS)
    named = named_members(given, takes, f"a URL for {method}", own)
    if method not in _DISPOSITION and SAVE_AS in named:
        raise SettingsError(f"save_as is not for {method}, after which there is nothing to save.")
    return _with_disposition(named, _DISPOSITION.get(method, ""))


def upload_members(given: Mapping[str, object], own: Iterable[str] = ()) -> dict[str, object]:
    """Return the members of an upload, in one request or in parts, as `members_for` does."""
    named = named_members(given, (*UPLOAD, SAVE_AS), "an upload", own)
    return _with_disposition(named, _DISPOSITION["PUT"])


def _with_disposition(named: dict[str, object], member: str) -> dict[str, object]:
    """Return the members with the disposition for the name to save as, if there is one."""
    if SAVE_AS not in named:
        return named
    if member in named:
        raise SettingsError(f"Give save_as or {snake(member)}, not both.")
    name = str(named.pop(SAVE_AS))
    return named | {member: attachment(name)}


def named_members(
    given: Mapping[str, object], takes: Collection[str], what: str, own: Iterable[str] = ()
) -> dict[str, object]:
    """Return the members by the API's names; ``what`` takes them, for messages.

    Raises:
        SettingsError: a name is unknown, or given in both spellings.
    """
    spelled: dict[str, str] = {}
    for name, value in given.items():
        member = camel(str(name))
        if member not in takes:
            raise SettingsError(_unknown(str(name), takes, what, own))
        if value is None:
            continue
        if member in spelled:
            raise SettingsError(f"{spelled[member]} and {name} are the same member; give one.")
        spelled[member] = str(name)
    return {member: given[name] for member, name in spelled.items()}


def camel(name: str) -> str:
    """Return a name in snake_case as the API spells it; another name is returned as it is."""
    first, *others = name.split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def snake(member: str) -> str:
    """Return a name of the API in snake_case."""
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in member)


def _unknown(name: str, takes: Collection[str], what: str, own: Iterable[str]) -> str:
    others = [method for method, members in MEMBERS.items() if camel(name) in members]
    if others:
        return f"{name} is not a member of {what}, but of a URL for {' or '.join(others)}."
    if camel(name) == "expiresIn" and "expiresIn" not in own:
        return f"{name} is an argument of presign, for all items."
    known = {_plain(member): snake(member) for member in (*takes, *own)}
    if near := difflib.get_close_matches(_plain(name), known, n=1, cutoff=_NEAR):
        return f"Unknown member {name!r} of {what}; did you mean {known[near[0]]}?"
    return f"Unknown member {name!r} of {what}; use {', '.join(sorted(known.values()))}."


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
