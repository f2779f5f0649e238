"""`s3vend serve`: serves credentials to the other containers of a pod, until SIGTERM."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import sleep
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from s3vend.cli.terminal.arguments import (
    DurationOption,
    Permission,
    PermissionOption,
    PrivilegeOption,
    Read,
    ReadWrite,
    Targets,
    Write,
    credentials_request,
)
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import NOT_AUTHENTICATED, Refusal
from s3vend.cli.terminal.text import as_json_line, put
from s3vend.errors import S3VendError

if TYPE_CHECKING:
    from s3vend.cli.use.listener import Listener
    from s3vend.service.credentials import Credentials

EXAMPLES = (
    "s3vend serve 's3://bucket/reports/*' --authorization-file ~/.s3vend/token",
    "s3vend serve --probe --authorization-file ~/.s3vend/token",
)
PORT = 9811
PAUSE = 20.0  # seconds between looks at the credentials, which are renewed minutes before the end


def serve(
    options: Options,
    *,
    targets: Targets = None,
    permission: PermissionOption = Permission.READ,
    read: Read = None,
    write: Write = None,
    readwrite: ReadWrite = None,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
    authorization_file: Annotated[
        str,
        typer.Option(
            "--authorization-file",
            metavar="FILE",
            help="File for the token that SDKs have to send; only you can read it.",
        ),
    ],
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="Port on 127.0.0.1; 0 is any free one.")
    ] = PORT,
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Ask the endpoint that runs whether it has credentials."),
    ] = False,
) -> None:
    """Serve credentials for the targets on 127.0.0.1, until SIGTERM.

    For the other containers of a pod: AWS SDKs that know container credentials take them from here
    with the two variables that are printed, and renew them as long as the endpoint runs. They are
    renewed here minutes before they expire, so an SDK does not wait for the service. Whoever can
    read FILE can use the endpoint. For one program on a machine of yours, use `s3vend exec`.

    With --probe, exit with 0 if the endpoint has valid credentials, and else with 4.
    """
    own = {Permission.READ: read, Permission.WRITE: write, Permission.READWRITE: readwrite}
    if probe:
        if targets or any(own.values()) or privilege or duration:
            raise Refusal("--probe asks the endpoint that runs; remove TARGET and its options")
        _probe(options, port, authorization_file)
        return
    request = credentials_request(targets, permission, privilege, duration, own=own)
    from s3vend.cli.use import endpoint
    from s3vend.cli.use.listener import listening
    from s3vend.service.credentials import credentials_of
    from s3vend.service.fresh import Fresh

    def vend() -> "Credentials":
        return credentials_of(service.ask("credentials", request))

    # The port comes first: a second start must change neither the file nor anything else.
    with until_terminated(), listening(port) as listener:
        service = options.service()
        fresh = Fresh(vend, failed=lambda error: _say_failed("cannot renew yet", error))
        if endpoint.is_over(fresh().expiration):
            raise Refusal(endpoint.EXPIRED, NOT_AUTHENTICATED)
        with endpoint.authorization_file(authorization_file) as (path, token):
            listener.start(endpoint.responder(token, fresh))
            _put_variables(options, listener, path)
            keep_fresh(fresh, quiet=options.quiet)


def _put_variables(options: Options, listener: "Listener", path: str) -> None:
    from s3vend.cli.use.endpoint import CREDENTIALS

    variables = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{listener.origin}{CREDENTIALS}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path,
    }
    if options.is_json:
        put(as_json_line(variables))
    else:
        for name, value in variables.items():
            put(f"{name}={value}")
    sys.stdout.flush()  # whoever waits for these lines reads them from a pipe


def keep_fresh(
    fresh: "Callable[[], Credentials]", *, quiet: bool, pause: Callable[[float], None] = sleep
) -> NoReturn:
    """Renew the credentials in time, whether or not anything asks for them."""
    until = fresh().expiration
    while True:
        pause(PAUSE)
        try:
            now_until = fresh().expiration
        except S3VendError as error:
            _say_failed("cannot renew", error)
            continue
        if now_until != until and not quiet:
            say(f"renewed; the credentials are valid until {now_until:%Y-%m-%dT%H:%M:%SZ}")
        until = now_until


def _say_failed(what: str, error: S3VendError) -> None:
    say(*f"{what}: {error}".split("\n"))


def _probe(options: Options, port: int, name: str) -> None:
    from s3vend.cli.use.endpoint import probe
    from s3vend.http.wire import Wire

    until = probe(port, name, Wire())
    if options.is_json:
        put(as_json_line({"ready": True, "expiration": until}))
    else:
        put(f"ready; the credentials are valid until {until}")


class _Terminated(BaseException):
    """SIGTERM arrived."""


@contextmanager
def until_terminated() -> Iterator[None]:
    """End the block when SIGTERM arrives, whatever it does; a second one changes nothing.

    As the first process of a container, a program gets SIGTERM only if it has a handler for it.
    """

    def end(number: int, frame: object) -> None:
        del frame
        signal.signal(number, signal.SIG_IGN)
        raise _Terminated

    previous = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except _Terminated:
        return
    finally:
        signal.signal(signal.SIGTERM, previous)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "serve", serve, EXAMPLES)
