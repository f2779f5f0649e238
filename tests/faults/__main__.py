"""All rows, slow ones too, on a local cloud of their own: `make faults` writes their times."""

import sys

from local.cloud import environments
from local.cloud.ministack import running
from local.messages import step
from local.stack import seed
from local.stack.build import built
from local.stack.deploy import deploy
from tests.faults.page import write
from tests.faults.run import outcomes
from tests.faults.verdict import faults_of


def main() -> int:
    """Prints what is wrong; writes the page if nothing is."""
    environments.forget_own()
    with running() as cloud:
        stack = deploy(cloud, built(), {"TrustAssumeS3User": "false"})
        administrator = seed.seed(cloud, stack).administrator

        def apply(document: object) -> None:
            seed.apply(stack, document, administrator)  # type: ignore[arg-type]

        with step("Meeting the faults"):
            found = outcomes(cloud, apply, slow=False) | outcomes(cloud, apply, slow=True)
    wrong = faults_of(found)
    sys.stdout.writelines(f"{one}\n" for one in wrong)
    if not wrong:
        write(found)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
