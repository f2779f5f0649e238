"""The filters of `s3vend audit`: its options, and the query that they become."""

from collections.abc import Mapping
from typing import Annotated

import typer

from s3vend.cli.terminal.completion import grant_ids
from s3vend.cli.watch.times import moment

Issuer = Annotated[str | None, typer.Option("--issuer", help="Issuer of the token.")]
Subject = Annotated[str | None, typer.Option("--subject", help="Subject of the token.")]
Grant = Annotated[str | None, typer.Option("--grant", help="Grant id.", autocompletion=grant_ids)]
Who = Annotated[
    str | None,
    typer.Option("--caller", help="ARN, or the name of a role or user, or a subject."),
]
About = Annotated[
    str | None,
    typer.Option("--target", help="s3://bucket/key or s3://bucket/prefix/* that it is about."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        help="Start: 2h, 1d12h, yesterday, 2026-11-28, or a time. Without a zone, in this "
        "machine's.",
    ),
]
Until = Annotated[
    str | None, typer.Option("--until", help="End, in the same forms; a day is included.")
]


def caller_query(text: str | None) -> dict[str, str | None]:
    """Return the member of the query that finds the caller: by its ARN, or by its name."""
    return {"caller" if text is None or text.startswith("arn:") else "callerName": text}


def window(since: str | None, until: str | None) -> dict[str, str | None]:
    """Return the members of the query for the time to search."""
    return {"since": moment(since, "--since"), "until": moment(until, "--until", ends=True)}


def given(query: Mapping[str, str | None]) -> dict[str, str]:
    """Return the members of the query that have a value."""
    return {name: value for name, value in query.items() if value is not None}
