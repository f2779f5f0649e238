"""Writes files that only this user may read."""

import os
from pathlib import Path


def write_secret(path: Path, text: str) -> None:
    """Write a file that other users cannot read at any moment."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
