"""The inputs of the GitHub action, which come as variables and never as text of a script."""

from collections.abc import Mapping
from dataclasses import dataclass

from steps.refused import Refused

PREFIX = "INPUT_"
PERMISSIONS = ("read", "write", "readwrite")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a workflow asked the action for; targets are options of the command."""

    url: str
    audience: str
    targets: tuple[str, ...]
    duration: str
    run: str
    files: tuple[str, ...]
    against: str
    settings: tuple[str, ...]
    comment: bool
    token: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Inputs":
        """Read the inputs. Raises Refused if they do not fit together."""

        def text(name: str) -> str:
            return environment.get(f"{PREFIX}{name.upper()}", "").strip()

        targets = [f"--{name}={line}" for name in PERMISSIONS for line in lines(text(name))]
        given = cls(
            text("url"),
            text("audience"),
            tuple(targets),
            text("duration"),
            text("run"),
            lines(text("check")),
            text("against"),
            lines(text("setting")),
            _flag("comment", text("comment")),
            text("token"),
        )
        if given.files and (given.targets or given.run):
            raise Refused(
                "check cannot be combined with read, write, readwrite or run: use two steps, so "
                "that what checks a pull request gets no credentials"
            )
        if given.run and not given.targets:
            raise Refused("run needs targets: set read, write or readwrite")
        for name, needed, is_there in (
            ("against", "check", given.files),
            ("setting", "check", given.files),
            ("duration", "read, write or readwrite", given.targets),
        ):
            if text(name) and not is_there:
                raise Refused(f"{name} has no effect here: it needs {needed}, which is not set")
        return given


def lines(text: str) -> tuple[str, ...]:
    """Return the lines of an input that is a list, without the empty ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false", ""):
        raise Refused(f"{name} must be true or false, not {text!r}")
    return text == "true"
