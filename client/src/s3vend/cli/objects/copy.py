"""`s3vend cp`: copies files to S3, objects to files, and objects within S3."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.objects.single import (
    S3,
    check_places,
    check_within,
    copy_one,
    download_one,
    explain_missing,
    key_of,
    remark_of,
    upload_one,
)
from s3vend.cli.objects.upload_options import UploadOptions, with_upload_options
from s3vend.cli.terminal.arguments import parse_key
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.completion import prefixes_or_files
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.trees.chosen import Chosen
from s3vend.cli.trees.copying import copy_many
from s3vend.cli.trees.filters import Exclude, FilteringCommand, Include, Ordered, filters_of
from s3vend.cli.trees.options import FollowSymlinks, Parallel

if TYPE_CHECKING:
    from s3vend.transfer.many.jobs import Existing

EXAMPLES = (
    "s3vend cp report.csv s3://bucket/uploads/",
    "s3vend cp s3://bucket/reports/2026.csv .",
    "s3vend cp -r results/ s3://bucket/results/",
    "s3vend cp 's3://bucket/reports/*.csv' reports/",
    "s3vend cp s3://bucket/reports/2026.csv - | head -1",
    "pg_dump shop | s3vend cp - s3://bucket/uploads/shop.sql",
)
MIB = 1024 * 1024
PARALLEL = 8  # parts of one file


@with_upload_options
def copy(
    options: Options,
    *,
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="File or s3://bucket/key; with -r also a directory or a prefix. - is stdin.",
            autocompletion=prefixes_or_files,
        ),
    ],
    destination: Annotated[
        str,
        typer.Argument(
            metavar="DESTINATION",
            help="s3://bucket/key or file; a prefix or directory, with a slash; - is stdout.",
            autocompletion=prefixes_or_files,
        ),
    ],
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help="Copy all in a directory or below a prefix.")
    ] = False,
    overwrite: Annotated[
        bool | None,
        typer.Option(
            "--overwrite/--no-overwrite",
            help="Replace what exists. Default: objects yes; files only if you confirm it.",
        ),
    ] = None,
    include: Include = None,
    exclude: Exclude = None,
    ordered: Ordered = None,
    follow_symlinks: FollowSymlinks = False,
    parallel: Parallel = None,
    part_size: Annotated[
        int | None,
        typer.Option("--part-size", min=5, help="Size of a part in MiB. Default: automatic."),
    ] = None,
    kept: UploadOptions,
) -> None:
    """Copy files to S3, objects to files, or objects to other keys.

    A destination that ends with a slash is a prefix or a directory, in which the name stays. With
    -r everything in a directory or below a prefix is copied, without a look at what is there; to
    copy only what differs, use `s3vend sync`. After Ctrl-C or a crash, run the same command again
    to resume (not possible with -). Checksums are verified, and a downloaded file gets its name
    only when it is complete.
    """
    del include, exclude  # they are in `ordered`
    chosen = Chosen(sources, destination, recursive)
    size = None if part_size is None else part_size * MIB
    if destination.startswith(S3) and any(one.startswith(S3) for one in sources):
        check_within(kept, size)
    if not chosen.is_many:
        if ordered or follow_symlinks:
            raise Refusal("--include, --exclude and --follow-symlinks are for several files")
        [source] = sources
        more: dict[str, Any] = {"parallel": parallel or PARALLEL}
        more |= {} if size is None else {"part_size": size}
        return _single(options, source, destination, kept, more, overwrite)
    from s3vend.copying import wishes as many

    chosen.check()
    if not destination.startswith(S3):
        kept.check_unused("is only for uploads")
    wishes = many.Wishes(
        compare=False,
        existing=_existing(destination, overwrite),
        filters=filters_of(ordered),
        follow_symlinks=follow_symlinks,
        parallel=parallel or many.PARALLEL,
        part_size=size,
        members=kept.members(),
    )
    return copy_many(options, sources, destination, wishes, recursive=recursive)


def _single(
    options: Options,
    source: str,
    destination: str,
    kept: UploadOptions,
    more: dict[str, Any],
    overwrite: bool | None,  # noqa: FBT001 - None is a third value
) -> None:
    check_places(source, destination)
    if options.is_json and destination == STDIN:
        raise Refusal("- cannot be used with --output json; both would be written to stdout")
    if destination.startswith(S3) and not source.startswith(S3):
        more |= kept.members() | {"overwrite": overwrite is not False}
        return upload_one(options, source, key_of(source, destination), more)
    kept.check_unused("is only for uploads")
    target = parse_key(source)
    with explain_missing(source, destination):
        if destination.startswith(S3):
            copy_one(options, source, destination, more | {"overwrite": overwrite is not False})
        elif destination == STDIN:
            from s3vend.cli.objects.stream import stream

            stream(options.service(), target, sys.stdout.buffer, remark_of(options))
        else:
            download_one(options, target, destination, more, overwrite=overwrite)
    return None


def _existing(destination: str, overwrite: bool | None) -> "Existing":  # noqa: FBT001 - as above
    """Return what happens to what exists: nobody can be asked about each of many files."""
    if overwrite is None:
        return "replace" if destination.startswith(S3) else "fail"
    return "replace" if overwrite else "skip"


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "cp", copy, EXAMPLES, cls=FilteringCommand)
