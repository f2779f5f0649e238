"""What reading the denials costs a warm function: once a second, for each request, or hardly ever.

The cloud is made here; what is measured runs as the function: ``bench.apparatus.denials``.
"""

import subprocess
import sys

from bench.apparatus.clouds import function_of_a_stack
from bench.apparatus.denials import USER
from local.cloud.ministack import ROOT


def main() -> int:
    """Prints ratios."""
    with function_of_a_stack([USER]) as variables:
        command = (sys.executable, "-m", "bench.apparatus.denials")
        return subprocess.run(command, env=variables, cwd=ROOT, check=False).returncode  # noqa: S603 - this Python


if __name__ == "__main__":
    sys.exit(main())
