"""s3cmd, as Debian has it, with exported keys."""

import os
import subprocess
from pathlib import Path

from steps import BODY, BUCKET, REGION, URL, run

HOST = URL.removeprefix("http://")
NO_CONFIGURATION, LOCAL = Path("s3cfg"), Path("file")
NO_CONFIGURATION.touch()


def command(*arguments):
    places = [f"--host={HOST}", f"--host-bucket={HOST}", "--no-ssl", f"--region={REGION}"]
    done = subprocess.run(
        ["s3cmd", f"--config={NO_CONFIGURATION}", *places, *arguments],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(done.stderr)


def read(key):
    command("get", "--force", f"s3://{BUCKET}/{key}", str(LOCAL))
    return LOCAL.read_text()


def write(key):
    LOCAL.write_text(BODY)
    command("put", str(LOCAL), f"s3://{BUCKET}/{key}")


run(read, write)
