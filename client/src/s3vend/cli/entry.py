"""The entry point of the command `s3vend`, which docs/cli.md documents."""

import gc
import os
import sys
from typing import NoReturn

COMPLETE = "_S3VEND_COMPLETE"  # the scripts of --install-completion set it
NEEDS = "s3vend: the command needs additional packages; install the extra s3vend[cli]\n"
INTERRUPTED = "s3vend: interrupted\n"


def main() -> None:
    """Run the command. Exits with 0, 1 refused, 2 usage, 3 no identity, 4 no answer, 130 Ctrl-C."""
    gc.disable()  # importing makes many objects and no garbage
    try:
        from s3vend.cli.app import app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "click", "rich", "yaml"):
            raise
        _end(NEEDS, 2)
    except KeyboardInterrupt:  # what comes later is said by the command
        _end(INTERRUPTED, 130)
    gc.freeze()
    gc.enable()
    try:
        if (shell := os.environ.get(COMPLETE, "")).startswith("complete_"):
            from s3vend.cli.terminal.completion import completing

            with completing(shell, os.environ):
                app(prog_name="s3vend")
        app(prog_name="s3vend")
    finally:
        gc.freeze()  # Python would look for garbage three times before it ends


def _end(text: str, code: int) -> NoReturn:
    sys.stderr.write(text)
    sys.exit(code)
