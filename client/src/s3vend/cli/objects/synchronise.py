"""`s3vend sync`: makes a prefix equal to a directory, or a directory equal to a prefix."""

from typing import Annotated

import typer

from s3vend.cli.objects.upload_options import UploadOptions, with_upload_options
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import prefixes_or_files
from s3vend.cli.trees.chosen import S3
from s3vend.cli.trees.copying import copy_many
from s3vend.cli.trees.filters import Exclude, FilteringCommand, Include, Ordered, filters_of
from s3vend.cli.trees.options import Destination, DryRun, FollowSymlinks, Parallel

EXAMPLES = (
    "s3vend sync results/ s3://bucket/results/",
    "s3vend sync s3://bucket/reports/ reports/ --delete --dry-run",
    "s3vend sync . s3://bucket/data/ --exclude '*' --include '*.parquet'",
)


@with_upload_options
def synchronise(
    options: Options,
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="Directory or s3://bucket/prefix/.",
            autocompletion=prefixes_or_files,
        ),
    ],
    destination: Destination,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete what only the destination has, at the end.")
    ] = False,
    dry_run: DryRun = False,
    checksum: Annotated[
        bool, typer.Option("--checksum", help="Compare contents in place of times.")
    ] = False,
    include: Include = None,
    exclude: Exclude = None,
    ordered: Ordered = None,
    follow_symlinks: FollowSymlinks = False,
    parallel: Parallel = None,
    kept: UploadOptions,
) -> None:
    """Copy what differs from a directory to S3, from S3 to a directory, or within S3.

    A file is copied if it is missing, if the sizes differ, or if the local file is newer than the
    object, as `aws s3 sync` decides. The destination is compared, so it takes READ there; where you
    may only write, use `s3vend cp -r`. After Ctrl-C or a crash, run the same command again.
    """
    from s3vend.copying.wishes import PARALLEL, Wishes

    del include, exclude  # they are in `ordered`
    if source.startswith(S3):
        kept.check_unused("is only for uploads")
    wishes = Wishes(
        delete=delete,
        dry_run=dry_run,
        checksum=checksum,
        filters=filters_of(ordered),
        follow_symlinks=follow_symlinks,
        parallel=parallel or PARALLEL,
        members=kept.members(),
    )
    copy_many(options, [source], destination, wishes)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "sync", synchronise, EXAMPLES, cls=FilteringCommand)
