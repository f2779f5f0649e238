"""Calls the service's own core, which is a distribution beside the client, for Python 3.13."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from s3vend import __version__
from s3vend.cli.terminal.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

FACE, DISTRIBUTION = "s3vend_core.checking.face", "s3vend-core"
OLDEST = (3, 13)
_NEEDED = {"s3vend_core", "pydantic", "jwt", "cryptography"}


def core_check() -> "Callable[..., dict[str, Any]]":
    """Return the function that checks files.

    Raises:
        Refusal: the core is not installed, cannot be on this Python, or is of another release.
    """
    try:
        check: Callable[..., dict[str, Any]] = import_module(FACE).check_files
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        raise Refusal(_missing(sys.version_info[:2])) from None
    if (version := _version()) not in (None, __version__):
        raise Refusal(
            f"this is s3vend {__version__}, and its core is of the release {version}; install both "
            "of one release: its directories core/ and client/"
        )
    return check


def _version() -> "str | None":
    """Return the core's release; None: it is not installed, but in the client's own repository."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return None


def _missing(version: "tuple[int, ...]") -> str:
    """Say what to install. ``version`` is that of Python: major and minor."""
    if version < OLDEST:
        own, needed = (".".join(map(str, one)) for one in (version, OLDEST))
        return (
            f"check needs Python {needed} or newer, and this is Python {own}; install s3vend and "
            "its directory core/ with a newer one, or use s3vend plan, which asks the service"
        )
    return (
        "check needs the service's core: install the directory core/ of the release that this "
        "command is of, or use s3vend plan, which asks the service"
    )
