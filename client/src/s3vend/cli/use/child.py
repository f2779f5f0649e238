"""The command that `s3vend exec` runs: its environment, the signals for it, its exit code."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from s3vend.cli.terminal.ending import Refusal

NOT_RUNNABLE, NOT_FOUND = 126, 127  # as of a shell
FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH")
OF_A_TERMINAL = ("SIGINT", "SIGQUIT")  # a terminal sends them to all that run in its foreground

# Other ways to credentials, which SDKs would try before the endpoint or after it.
REMOVED = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_BEARER_TOKEN_BEDROCK",
    "S3VEND_TOKEN",
)
DISABLED = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def environment(
    own: Mapping[str, str], endpoint: Mapping[str, str], region: str, *, keep_config: bool
) -> dict[str, str]:
    """What the command finds: one way to credentials, and nothing else of AWS's."""
    kept = {name: value for name, value in own.items() if name not in REMOVED}
    shut = dict(DISABLED)
    if keep_config:
        del shut["AWS_CONFIG_FILE"]
    return {**kept, **shut, **endpoint, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}


def run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run it to its end; 128 and more is the signal that ended it.

    Raises:
        Refusal: it is not there, or is no program.
    """
    with _forward_signals() as running:
        try:
            child = subprocess.Popen(command, env=dict(env))  # noqa: S603 - it is what was asked for
        except FileNotFoundError:
            raise Refusal(f"{command[0]}: there is no such command", NOT_FOUND) from None
        except OSError as error:
            said = f"{command[0]} cannot be run: {error.strerror}"
            raise Refusal(said, NOT_RUNNABLE) from None
        running.append(child)
        while True:
            with suppress(KeyboardInterrupt):
                code = child.wait()
                return 128 - code if code < 0 else code


@contextmanager
def _forward_signals() -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Signals go to the processes that the list has; one that comes before that ends it."""
    running: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def pass_on(number: int, frame: object) -> None:
        del frame
        if not running:
            early.append(number)
        for child in running:
            child.send_signal(number)

    def unless_it_has_it(number: int, frame: object) -> None:
        if not _in_the_foreground():
            pass_on(number, frame)

    told = dict.fromkeys(FORWARDED, pass_on) | dict.fromkeys(OF_A_TERMINAL, unless_it_has_it)
    there = {
        number: told[name] for name, number in signal.Signals.__members__.items() if name in told
    }
    before = {number: signal.signal(number, one) for number, one in there.items()}
    try:
        yield running
    finally:
        for number, old in before.items():
            signal.signal(number, old)
        if early and not running:
            signal.raise_signal(signal.Signals(early[0]))


def _in_the_foreground() -> bool:
    """Whether a terminal's keys reach the command without us."""
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
