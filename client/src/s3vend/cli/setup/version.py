"""`s3vend version`: the versions of the client and, if it tells its own, of the service."""

import os
import platform
from typing import Any

import typer

from s3vend import __version__
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.text import put_json, put_members
from s3vend.errors import S3VendError

EXAMPLES = ("s3vend version", "s3vend version --output json")


def version(options: Options) -> None:
    """Show the version of this command, and of the service if it tells it.

    Exits with 0 also if the service cannot be reached: `s3vend doctor` says why.
    """
    answer = {"client": __version__, "python": platform.python_version(), **_service(options)}
    if options.is_json:
        put_json(answer)
        return
    service = answer.pop("service") or {}
    named = [("service", service.get("url")), ("service version", service.get("version"))]
    put_members([*answer.items(), *named])


def _service(options: Options) -> dict[str, Any]:
    """Return the address of the service, and its version or None; nothing if none is set."""
    try:
        service = options.service(hurried=True)
    except S3VendError:
        return {"service": _address(options)}
    try:
        told = service.read("identity").get("version")
    except S3VendError:
        told = None
    return {"service": {"url": service.settings.url, "version": told}}


def _address(options: Options) -> dict[str, Any] | None:
    """Return the address alone, where no identity is found."""
    from s3vend.identity.settings import settings

    try:
        return {"url": settings(options.arguments(), os.environ).url, "version": None}
    except S3VendError:
        return None


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "version", version, EXAMPLES)
