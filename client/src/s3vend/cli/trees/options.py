"""Arguments and options that the commands for many files share."""

from typing import Annotated

import typer

from s3vend.cli.terminal.completion import prefixes_or_files

Destination = Annotated[
    str,
    typer.Argument(
        metavar="DESTINATION",
        help="s3://bucket/prefix/ or directory.",
        autocompletion=prefixes_or_files,
    ),
]
FollowSymlinks = Annotated[
    bool, typer.Option("--follow-symlinks", help="Copy what symbolic links lead to.")
]
Parallel = Annotated[
    int | None,
    typer.Option("--parallel", min=1, max=64, help="Number of parallel transfers."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only print what would be done.")]
