"""The acceptance run: `make demo` on a local cloud of its own, `make acceptance` on AWS."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import environments
from local.cloud.ministack import running
from local.cloud.processes import interruptible
from local.messages import LocalError, say
from local.stack.build import built
from tests.acceptance import account, aws, removal
from tests.acceptance.rows import rows
from tests.acceptance.scene import Ground
from tests.acceptance.story import tell
from tests.acceptance.table import Line, verdict

INTERRUPTED: Final = {
    "demo": "Nothing is left running; run the command again to start over.",
    "aws": "Run the command again to start over.",  # what is left was said before
    "remove": "Run the command again to remove the rest.",
}


def demo() -> int:
    """Run the rows that a local cloud can show; return 1 if any differs, else 0."""
    environments.forget_own()
    found: dict[str, Line] = {}
    with running() as cloud:
        ground = Ground.of_cloud(cloud, account.new_issuer(cloud.directory))
        chosen = [row for row in rows() if not row.is_for_aws_alone]
        tell(ground, built(), chosen, found.update)
    return verdict([line._replace(measured="") for line in found.values()])


def main(arguments: list[str]) -> int:
    """Run one command; return 0 if all is as expected, 1 if not, 130 if it was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="on a local cloud of its own")
    commands.add_parser("aws", help="on AWS, with the environment's credentials")
    remove = commands.add_parser("remove", help="what an earlier run on AWS has left")
    remove.add_argument("run", help=f"its name, like {account.NAME}-1a2b3c")
    given = parser.parse_args(arguments)
    try:
        with interruptible():
            if given.command == "demo":
                return demo()
            with tempfile.TemporaryDirectory(prefix="s3vend-") as temporary:
                directory = Path(temporary)
                if given.command == "aws":
                    return aws.run(directory)
                ground = account.here(directory, given.run)
                removed = removal.remove(ground)
                removal.report(ground, removed)
                return int(bool(removed.left))
    except (BotoCoreError, ClientError, LocalError) as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say(f"\nInterrupted. {INTERRUPTED[given.command]}")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
