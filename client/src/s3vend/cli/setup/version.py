"""`s3vend version`: the versions of the client and, if it tells its own, of the service."""

import os
import platform
import re
from typing import Any

import typer

from s3vend import __version__
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.text import put_json, put_members
from s3vend.errors import S3VendError

_VERSION = re.compile(r"(\d+)\.(\d+)\.\d+")
EXAMPLES = ("s3vend version", "s3vend version --output json")
UNFIT = "install the client of the service's release, or ask its operator to update it"


def version(options: Options) -> None:
    """Show the version of this command, and of the service if it tells it.

    Exits with 0 also if the service cannot be reached: `s3vend doctor` says why.
    """
    answer = {"client": __version__, "python": platform.python_version(), **_service(options)}
    if options.is_json:
        put_json(answer)
        return
    service = answer.pop("service") or {}
    told = service.get("version")
    fitting = None if told is None else "yes" if fits(told) else f"no: {UNFIT}"
    named = [("service", service.get("url")), ("service version", told), ("fits", fitting)]
    put_members([*answer.items(), *named])


def fits(service: str, client: str = __version__) -> bool:
    """Whether client and service speak the same: before 1.0, a minor version may break."""
    found = [_VERSION.fullmatch(one) for one in (service, client)]
    own, other = (one and (one[1], one[2] if one[1] == "0" else "") for one in found)
    return own is not None and own == other


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
