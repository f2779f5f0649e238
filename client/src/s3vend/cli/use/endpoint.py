"""The endpoint of `s3vend serve`: its token in a file, its two routes, and the probe of it.

The path is fixed, since whoever starts the programs has to know it; the token alone admits. It is
new at each start, and in a file that only the user can read: SDKs read it for each request.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import time

from s3vend.cli.terminal.refusal import NOT_REACHABLE, Refusal
from s3vend.cli.use.listener import ADDRESS, Respond, Response, problem
from s3vend.cli.use.loopback import credentials_response, is_equal
from s3vend.errors import Unreachable
from s3vend.files.directory import Directory
from s3vend.files.paths import expanded, private_directory
from s3vend.http.wire import Wire
from s3vend.service.credentials import Credentials
from s3vend.service.members import members_of
from s3vend.service.times import parse_time

CREDENTIALS, READY = "/credentials", "/ready"
EXPIRED = "By this machine's clock, the credentials have expired. Set the clock."
SECONDS = 4.0  # in which an endpoint on this machine answers a probe


def responder(token: str, fresh: Callable[[], Credentials]) -> Respond:
    """Return what answers requests; ``fresh`` returns valid credentials."""

    def respond(path: str, authorization: str) -> Response:
        if not is_equal(authorization, token):
            return 403, problem("AccessDenied", "Send the content of the authorization file.")
        if path == CREDENTIALS:
            return credentials_response(fresh)
        if path == READY:
            return _ready(fresh)
        return 404, problem("NotFound", f"The routes are {CREDENTIALS} and {READY}.")

    return respond


def _ready(fresh: Callable[[], Credentials]) -> Response:
    """Return until when there are credentials, but not the credentials."""
    status, members = credentials_response(fresh)
    if status != 200:
        return 503, members
    expiration = str(members["Expiration"])
    if is_over(parse_time(expiration)):
        return 503, problem("Expired", EXPIRED)
    return 200, {"Expiration": expiration}


def is_over(expiration: datetime) -> bool:
    """Whether credentials have expired by this machine's clock."""
    return expiration.timestamp() <= time()


@contextmanager
def authorization_file(name: str) -> Iterator[tuple[str, str]]:
    """Write a new token to a file that only the user can read; yield its path, and the token.

    The directory is made if it is missing. At the end the file is removed, unless another process
    has written its own token there.

    Raises:
        Refusal: the file cannot be written, or others can write to its directory.
    """
    path, token = expanded(name).absolute(), secrets.token_urlsafe(32)
    try:
        directory = private_directory(path.parent, make=True)
    except OSError as error:
        raise _not_written(path, error) from None
    with directory:
        try:
            directory.write(path.name, token.encode())
        except OSError as error:
            raise _not_written(path, error) from None
        try:
            yield str(path), token
        finally:
            _remove(directory, path.name, token)


def _not_written(path: Path, error: OSError) -> Refusal:
    return Refusal(
        f"{path} cannot be written: {error.strerror}; choose a file in a directory that only you "
        "can write to, or that does not exist yet"
    )


def _remove(directory: Directory, name: str, token: str) -> None:
    with suppress(OSError):
        if directory.read(name) == token.encode():
            directory.remove(name)


def probe(port: int, name: str, wire: Wire) -> str:
    """Ask the endpoint that listens on the port; return until when its credentials are valid.

    Raises:
        Refusal: no endpoint answers, or it has no valid credentials.
    """
    path = expanded(name).absolute()
    try:
        with private_directory(path.parent) as directory:
            token = directory.read(path.name).decode("ascii")
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not ASCII"
        raise Refusal(f"not ready: {path} cannot be read: {reason}", NOT_REACHABLE) from None
    url = f"http://{ADDRESS}:{port}{READY}"
    try:
        answer = wire.send("GET", url, {"Authorization": token}, seconds=SECONDS, direct=True)
    except Unreachable as error:
        raise Refusal(f"not ready: {error}", NOT_REACHABLE) from None
    members: Mapping[str, object] = members_of(answer.body) or {}
    if answer.status != 200:
        reason = members.get("message") or f"{url} answered {answer.status}"
        raise Refusal(f"not ready: {reason}", NOT_REACHABLE)
    return str(members.get("Expiration", ""))
