"""The commands. Modules that need the installed client are imported when their command runs."""

import sys
from collections.abc import Callable, Mapping, Sequence

from steps import runner
from steps.refused import Refused


def main(words: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command that the words name, and return its exit code."""
    host, command = words
    try:
        return _program(host, command)(environment)
    except Refused as refused:
        if host == "github":
            runner.command("error", str(refused), title="s3vend")
        else:
            print(f"s3vend: {refused}", file=sys.stderr)
        return 1


def _program(host: str, command: str) -> Callable[[Mapping[str, str]], int]:
    match host, command:
        case "github", "install":
            from steps.install import on_github

            return on_github
        case "github", "run":
            from steps.github import run

            return run
        case "gitlab", "install":
            from steps.install import on_gitlab

            return on_gitlab
        case "gitlab", "check":
            from steps.gitlab import check

            return check
    raise ValueError(f"no command {command!r} on {host!r}")
