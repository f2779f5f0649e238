"""rclone, with the remote that docs/sdks.md describes; `no_check_bucket`, or it would create it."""

import os
import subprocess

from steps import BODY, BUCKET, run

RCLONE = os.environ["RCLONE"]
# Over TLS: its SDK signs a stream's checksum behind the bytes, and does so over TLS alone.
os.environ["RCLONE_CONFIG_LENT_ENDPOINT"] = os.environ["SECURE_URL"]
os.environ["RCLONE_CA_CERT"] = os.environ["CERTIFICATE"]


def command(*arguments, text=None):
    done = subprocess.run(
        [RCLONE, "--retries=1", "--low-level-retries=1", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(done.stderr)
    return done.stdout


run(
    lambda key: command("cat", f"lent:{BUCKET}/{key}"),
    lambda key: command("rcat", f"lent:{BUCKET}/{key}", text=BODY),
)
