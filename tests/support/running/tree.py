"""A copy of the project, for proofs that change it."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def files() -> list[str]:
    """The files of the project as they are now: new ones too, but none that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True)  # noqa: S603 - git
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def copy(tree: Path) -> None:
    """Copy all of them, so that a test passes in the copy if it passes here."""
    for name in files():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
