"""The run on AWS: confirmed, in a limited time, and removed whatever happens."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from local.cloud.client import Credentials
from local.cloud.processes import handled
from local.messages import LocalError, say, step
from local.stack.build import built
from tests.acceptance import account, page, removal, stack
from tests.acceptance.rows import rows
from tests.acceptance.scene import Ground
from tests.acceptance.story import tell
from tests.acceptance.table import Line, verdict
from tools.account import deployer as deploying
from tools.account.place import Place

DEPLOYER: Final = "Deployer"
NOT_RUN: Final = "not run"


class TimeIsUp(BaseException):
    """The run has reached its limit; like Ctrl-C, no row's handling of errors catches it."""


def run(directory: Path) -> int:
    """Run every row on AWS, write the page, and remove everything; return 1 if any row differs."""
    ground = account.here(directory)
    account.confirm(ground)
    template = built()
    found: dict[str, Line] = {}
    chosen = [row for row in rows() if row.by_hand is None]
    try:
        with limited(account.MINUTES * 60):
            tell(ground, template, chosen, found.update, deployer(ground))
    except TimeIsUp:
        say(f"\nThe limit of {account.MINUTES} minutes is reached.")
    except (BotoCoreError, ClientError, LocalError) as error:
        say(f"\n{error}")
    finally:
        with uninterruptible():
            removed = removal.remove(ground)
        removal.report(ground, removed)
    lines = {row.id: found.get(row.id) or Line(row.title, row.expected, NOT_RUN) for row in chosen}
    if ground.endpoint is None:
        page.write(ground, lines)
    return int(bool(verdict(list(lines.values())) or removed.left))


def deployer(ground: Ground) -> Credentials:
    """Make a user with the policies that `make deployer-policy` prints, and nothing else."""
    with step("Making a deployer with the printed policies"):
        iam, name = ground.client("iam"), f"{ground.prefix}{DEPLOYER}"
        place = Place(ground.account, ground.region, ground.name)
        made = deploying.policies(place, stack.parameters(ground, "second"))
        arns = [
            iam.create_policy(PolicyName=f"{name}{number}", PolicyDocument=json.dumps(one))[
                "Policy"
            ]["Arn"]
            for number, one in enumerate(made)
        ]
        keys = stack.new_user(ground, DEPLOYER, *arns)
        stack.await_key(ground, keys)
    return keys


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in the block after these seconds."""

    def ring(_number: int, _frame: FrameType | None) -> NoReturn:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def uninterruptible() -> Iterator[None]:
    """Ignore Ctrl-C and the like, and say so: what was made costs money until it is removed."""

    def tell_why(_number: int, _frame: FrameType | None) -> None:
        # Not by print: the signal may come amid one, which would then end the removal.
        os.write(sys.stderr.fileno(), b"\nRemoving what the run has made; this goes on.\n")

    with handled(tell_why):
        yield
