"""The child process of `s3vend exec`: its environment, its signals, its exit code."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import MappingProxyType

from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.use.carried import carries_identity

NOT_RUNNABLE, NOT_FOUND = 126, 127  # the exit codes that shells use
FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH")
OF_A_TERMINAL = ("SIGINT", "SIGQUIT")  # a terminal sends them to all its foreground processes

DISABLED = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CREDENTIAL_PROFILES_FILE": os.devnull,  # the name in version 1 of the SDK for Java
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "BOTO_CONFIG": os.devnull,  # else botocore reads ~/.boto before it asks the endpoint
}


def environment(
    own: Mapping[str, str],
    endpoint: Mapping[str, str],
    region: str,
    config: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Return the environment of the command, with the endpoint as the only source of credentials.

    ``config`` names a config file without an identity. ``region`` is empty if there are several.
    """
    passed = {name: value for name, value in own.items() if not carries_identity(name, value)}
    regions = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
    return {**passed, **DISABLED, **config, **endpoint, **regions}


def run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the command and return its exit code; 128 plus the signal, if a signal ended it.

    Raises:
        Refusal: the command does not exist, or is not executable.
    """
    with _forward_signals() as running:
        try:
            child = subprocess.Popen(command, env=dict(env))  # noqa: S603 - the user's own command
        except FileNotFoundError:
            raise Refusal(f"{command[0]}: command not found", NOT_FOUND) from None
        except OSError as error:
            message = f"{command[0]} cannot be run: {error.strerror}"
            raise Refusal(message, NOT_RUNNABLE) from None
        running.append(child)
        while True:
            with suppress(KeyboardInterrupt):
                code = child.wait()
                return 128 - code if code < 0 else code


@contextmanager
def _forward_signals() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Forward signals to the processes that the caller puts into the list.

    If no process was started, a signal that arrived is raised again at the end.
    """
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, frame: object) -> None:
        del frame
        if not running:
            early.append(number)
        for child in running:
            child.send_signal(number)

    def forward_in_background(number: int, frame: object) -> None:
        if not _in_the_foreground():
            forward(number, frame)

    handlers = dict.fromkeys(FORWARDED, forward) | dict.fromkeys(
        OF_A_TERMINAL, forward_in_background
    )
    numbered = {
        number: handlers[name]
        for name, number in signal.Signals.__members__.items()
        if name in handlers
    }
    previous = {number: signal.signal(number, handler) for number, handler in numbered.items()}
    try:
        yield running
    finally:
        for number, old in previous.items():
            signal.signal(number, old)
        if early and not running:
            signal.raise_signal(signal.Signals(early[0]))


def _in_the_foreground() -> bool:
    """Whether the terminal sends its signals to the command directly."""
    if sys.platform == "win32":
        return True
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
