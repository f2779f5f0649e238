"""Runs ``python -m local COMMAND``; `make local` and others call it."""

import sys

from local.cloud.processes import interruptible
from local.messages import LocalError, say


def main() -> int:
    """Run one command; return 0 if it succeeded, 1 if it failed, 130 if it was interrupted."""
    try:
        with interruptible():
            # Imported here: it takes a moment, and a Ctrl-C meanwhile must not print a traceback.
            from local.commands import run  # noqa: PLC0415

            return run()
    except LocalError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. Nothing is left running; run the command again to start over.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
