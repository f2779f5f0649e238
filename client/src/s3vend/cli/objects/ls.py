"""`s3vend ls`: lists the caller's grants, or with a target the objects that are there."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import NoGlob, Recursive
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import prefixes
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import REFUSED, Refusal
from s3vend.cli.terminal.text import counted, duration_text, put, put_json, put_table
from s3vend.service.pages import pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from s3vend.errors import S3VendError
    from s3vend.listing.entries import CommonPrefix, Listed
    from s3vend.service.connect import Service

EXAMPLES = (
    "s3vend ls",
    "s3vend ls s3://bucket/reports/ --long",
    "s3vend ls 's3://bucket/reports/**/*.csv' | s3vend url -",
    "s3vend ls --output json | jq -r '.grants[].scope'",
)


def ls(
    options: Options,
    *,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="s3://bucket/prefix/, a key, or a pattern with *, ?, [] or **.",
            autocompletion=prefixes,
        ),
    ] = None,
    recursive: Recursive = False,
    long: Annotated[
        bool, typer.Option("--long", "-l", help="With sizes (bytes), times and storage classes.")
    ] = False,
    no_glob: NoGlob = False,
) -> None:
    """List your grants, or objects.

    With a target, lists the objects and prefixes one level below it, as targets of other commands;
    a prefix that ends with /* is all below it, as with --recursive. In a pattern, * stays within
    one segment of a key, and ** does not. Exits with 1 if there are none.
    """
    if target is None:
        if recursive or long or no_glob:
            raise Refusal("--recursive, --long and --no-glob are for objects; name a TARGET")
        return _list_grants(options)
    from s3vend.listing.globs import nothing_at

    service = options.service()
    entries = _entries(service, target, recursive=recursive, literal=no_glob)
    count = _put_json(entries) if options.is_json else _put(options, entries, long=long)
    if count == 0:
        raise Refusal(nothing_at(target, service, literal=no_glob), REFUSED)
    return None


def _list_grants(options: Options) -> None:
    grants = list(pages(options.service(), "grants", "grants"))
    if options.is_json:
        put_json({"grants": grants})
        return
    words = [
        name for name in ("sharing", "owner", "description") if any(name in one for one in grants)
    ]
    rows = [
        (
            grant["id"],
            grant["permission"],
            grant["scope"],
            duration_text(grant.get("maxDuration")),
            grant.get("expires"),
            *map(grant.get, words),
        )
        for grant in grants
    ]
    columns = ("GRANT", "PERMISSION", "SCOPE", "MAX DURATION", "EXPIRES")
    put_table((*columns, *map(str.upper, words)), rows)
    if not grants and not options.quiet:
        say("no grant is for this identity (s3vend whoami shows it); ask the operator for one")


def _entries(
    service: "Service", target: str, *, recursive: bool, literal: bool
) -> "Iterator[Listed | CommonPrefix]":
    from s3vend.errors import AccessDenied, StorageError
    from s3vend.listing.globs import is_prefix, matching
    from s3vend.listing.objects import list_objects
    from s3vend.listing.pattern import pattern_of

    if is_prefix(target, literal=literal):
        return list_objects(target, recursive=recursive or target.endswith("*"), service=service)
    if recursive and not literal and pattern_of(target) is not None:
        raise Refusal("--recursive is for a prefix; a pattern crosses levels with **")
    try:
        return matching(target, service=service, literal=literal)
    except (AccessDenied, StorageError) as error:
        if reason := _why_not(service, target, error):
            raise Refusal(f"{target} {reason}", REFUSED) from None
        raise


def _why_not(service: "Service", key: str, error: "S3VendError") -> str:
    """Return why the object does not exist; empty if no list can tell."""
    from s3vend.errors import S3VendError, StorageError
    from s3vend.listing.head import is_listed
    from s3vend.listing.objects import first_object

    with suppress(S3VendError):
        if first_object(f"{key}/", service) is not None:
            return f"is not a key, but a prefix; end it with a slash: {key}/"
    with suppress(S3VendError):
        if isinstance(error, StorageError) and is_listed(key, service) is False:
            return "does not exist"
    return ""


def _put(options: Options, entries: "Iterator[Listed | CommonPrefix]", *, long: bool) -> int:
    """Write a line for each entry as it arrives; return how many there were."""
    from s3vend.listing.entries import Listed

    count = objects = size = 0
    for count, entry in enumerate(entries, 1):  # noqa: B007 - used after the loop
        if isinstance(entry, Listed):
            objects, size = objects + 1, size + entry.size
        put(_long(entry) if long else entry.target)
    if long and count and not options.quiet:
        say(f"{counted(objects, 'object')}, {size:,} bytes")
    return count


def _long(entry: "Listed | CommonPrefix") -> str:
    from s3vend.listing.entries import Listed

    if isinstance(entry, Listed):
        time = f"{entry.modified:%Y-%m-%dT%H:%M:%SZ}"
        return f"{entry.size:>13}  {time}  {entry.storage_class:<12}  {entry.target}"
    return f"{'-':>13}  {'-':<20}  {'-':<12}  {entry.target}"


def _put_json(entries: "Iterator[Listed | CommonPrefix]") -> int:
    """Write one object with all entries, which are kept until then; return how many there are."""
    from s3vend.listing.entries import Listed

    found: dict[str, list[dict[str, Any]]] = {"objects": [], "prefixes": []}
    for entry in entries:
        if isinstance(entry, Listed):
            members = {"target": entry.target, "key": entry.key, "size": entry.size}
            time = entry.modified.isoformat().replace("+00:00", "Z")
            members |= {"modified": time, "etag": entry.etag, "storageClass": entry.storage_class}
            found["objects"].append(members)
        else:
            found["prefixes"].append({"target": entry.target, "prefix": entry.prefix})
    put_json(found)
    return sum(map(len, found.values()))


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "ls", ls, EXAMPLES)
