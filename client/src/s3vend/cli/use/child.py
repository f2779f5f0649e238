"""The child process of `s3vend exec`: its environment, its signals, its exit code."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import MappingProxyType

from s3vend.cli.terminal.ending import Refusal
from s3vend.identity.receiver import is_token

NOT_RUNNABLE, NOT_FOUND = 126, 127  # the exit codes that shells use
FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH")
OF_A_TERMINAL = ("SIGINT", "SIGQUIT")  # a terminal sends them to all its foreground processes

# What proves an identity to AWS or to s3vend does not reach the command. Of variables with these
# beginnings, it gets only those in PASSED.
GUARDED = (
    *("AWS_", "S3VEND_"),
    *("ACTIONS_ID_TOKEN_", "ARM_", "BUILDKITE_AGENT_ACCESS_TOKEN", "CI_JOB_JWT"),
    *("SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI"),
    *("AZURE_", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_"),
    *("CLOUDSDK_", "GCE_METADATA_", "GCLOUD_", "GOOGLE_"),
)
PASSED = frozenset(
    {
        *("AWS_ALLOW_HTTP", "AWS_CA_BUNDLE", "AWS_CLI_AUTO_PROMPT", "AWS_CLI_FILE_ENCODING"),
        *("AWS_DATA_PATH", "AWS_DEFAULTS_MODE", "AWS_DEFAULT_OUTPUT"),
        *("AWS_DISABLE_REQUEST_COMPRESSION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"),
        *("AWS_EXECUTION_ENV", "AWS_HTTPS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
        *("AWS_MAX_ATTEMPTS", "AWS_PAGER", "AWS_REQUEST_CHECKSUM_CALCULATION"),
        *("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "AWS_RESPONSE_CHECKSUM_VALIDATION"),
        *("AWS_RETRY_MODE", "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"),
        *("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS", "AWS_S3_ENDPOINT"),
        *("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "AWS_S3_USE_ARN_REGION", "AWS_SDK_LOAD_CONFIG"),
        *("AWS_SDK_UA_APP_ID", "AWS_SIGV4A_SIGNING_REGION_SET", "AWS_USE_DUALSTACK_ENDPOINT"),
        *("AWS_USE_FIPS_ENDPOINT", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "AWS_VIRTUAL_HOSTING"),
        *("S3VEND_AUDIENCE", "S3VEND_URL", "GOOGLE_CLOUD_PROJECT"),
    }
)
DISABLED = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
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

    ``config`` names a config file without an identity.
    """
    passed = {name: value for name, value in own.items() if _passes(name.upper(), value)}
    regions = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    return {**passed, **DISABLED, **config, **endpoint, **regions}


def _passes(name: str, value: str) -> bool:
    """Whether the command gets the variable: it carries no identity, under whatever name."""
    return (name in PASSED or not name.startswith(GUARDED)) and not is_token(value)


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
