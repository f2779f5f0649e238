"""GitHub's runner: commands on stdout, and the files by which a step hands values on.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def command(name: str, message: str, **properties: object) -> None:
    """Print a command of the runner, such as an error that it shows at a line of a file."""
    given = [f"{key}={str(value).translate(_PROPERTY)}" for key, value in properties.items()]
    head = f"{name} {','.join(given)}" if given else name
    print(f"::{head}::{message.translate(_MESSAGE)}", flush=True)


@contextmanager
def without_commands() -> Iterator[None]:
    """Let the runner find no command in what is printed here, whoever chose it."""
    end = secrets.token_hex(16)
    print(f"::stop-commands::{end}", flush=True)
    try:
        yield
    finally:
        print(f"::{end}::", flush=True)


def mask(secret: str) -> None:
    """Have the runner show *** where the secret would be in the log."""
    command("add-mask", secret)


def hand_on(file: str, values: Mapping[str, str]) -> None:
    """Write values for later steps: outputs, or variables. A value can have any characters."""
    for name, value in values.items():
        end = secrets.token_hex(16)
        append(file, f"{name}<<{end}\n{value}\n{end}\n")


def append(file: str, text: str) -> None:
    """Add text to one of the runner's files."""
    with Path(file).open("a", encoding="utf-8") as opened:
        opened.write(text)
