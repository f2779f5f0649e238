"""The whole run on one ground: deploy, seed, observe, update, observe again."""

import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from local.cloud.client import Credentials
from local.messages import LocalError, say
from local.stack.deploy import Stack
from tests.acceptance.removal import delete_stack
from tests.acceptance.rows import Row, Stage
from tests.acceptance.run import run
from tests.acceptance.scene import Ground
from tests.acceptance.stack import deploy, seed
from tests.acceptance.table import Line

DEPLOYED: Final = "deployed"


def tell(
    ground: Ground,
    built: Path,
    chosen: Collection[Row],
    note: Callable[[dict[str, Line]], None],
    deployer: Credentials | None = None,
) -> None:
    """Run the rows of both stages; ``note`` gets the lines of each row as soon as it was observed.

    The deployer deploys; if its policies do not suffice, whoever set up does, and the run goes on.
    """
    stack, how = deployed(ground, built, "first", deployer)
    scene = seed(ground, stack)._replace(deployments={"first": how})
    for row in chosen:
        if row.stage == "first":
            note(run(scene, [row]))
    try:
        stack, how = deployed(ground, built, "second", deployer)
    except LocalError as error:
        say(str(error))
        how = reason(error)
    scene = scene._replace(stack=stack, deployments={**scene.deployments, "second": how})
    for row in chosen:
        if row.stage == "second":
            note(run(scene, [row]))


def deployed(
    ground: Ground, built: Path, stage: Stage, deployer: Credentials | None
) -> tuple[Stack, str]:
    """Return the stack, and how the deployer got on. Raises LocalError if nobody can deploy."""
    if deployer is not None:
        try:
            return deploy(ground, built, stage, deployer), DEPLOYED
        except LocalError as error:
            say(str(error))
            how = reason(error)
        if stage == "first":
            delete_stack(ground)
        return deploy(ground, built, stage), how
    return deploy(ground, built, stage), DEPLOYED


def reason(error: LocalError) -> str:
    """Return why a deployment failed, in short."""
    denied = re.findall(r"not authorized to perform: ([\w:]+)", str(error))
    return f"not authorized: {', '.join(sorted(set(denied)))}" if denied else "it failed"
