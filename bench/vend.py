"""The whole handler on a local cloud, beside FastAPI + boto3 and Uppy Companion.

The cloud is made here; what is measured runs in the peers' environment:
``bench.apparatus.handler``.
"""

import subprocess
import sys

from bench.apparatus.clouds import function_of_a_stack
from local.cloud.ministack import ROOT

USER = "Bench"


def main() -> int:
    """Prints ratios."""
    with function_of_a_stack([USER]) as variables:
        command = (ROOT / ".venv-bench/bin/python", "-m", "bench.apparatus.handler")
        done = subprocess.run(command, env=variables, cwd=ROOT, check=False)  # noqa: S603 - as above
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
