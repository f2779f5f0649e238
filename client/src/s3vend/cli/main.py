"""The command `s3vend`; docs/cli.md has it for people."""

import sys

NEEDS = "s3vend: the command needs more than the package: pip install 's3vend[cli]'\n"


def main() -> None:
    """Entry point. Ends with 0, or 1 refused, 2 usage, 3 no identity, 4 no answer, 130 Ctrl-C."""
    try:
        from s3vend.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "click", "rich", "yaml"):
            raise
        sys.stderr.write(NEEDS)
        sys.exit(2)
    app(prog_name="s3vend")
