"""Upload and download through presigned multipart beside boto3's own transfers.

Ours asks the service for every URL, sends or gets by plain HTTP, and has S3 compare checksums.
Theirs is `boto3.client("s3").upload_file` and `download_file` as they come, with the user's own
keys, straight at the same S3 on this machine, in parts of the same size and as many at a time.
Both sides take turns, each in a process of its own that times nothing but the transfer; afterwards
the bytes are compared. S3VEND_BENCH_MIB: the size (1,024), S3VEND_BENCH_ROUNDS: rounds (5).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path

from bench.apparatus.rounds import HEADING, row, say
from local.cloud import aws, environments
from local.cloud.client import Credentials
from local.cloud.environments import ACCOUNT, REGION
from local.cloud.ministack import ROOT, Cloud, running
from local.stack import seed
from local.stack.build import built
from local.stack.deploy import deploy
from local.stack.seed import BUCKET

MIB = 1024**2
SIZE = int(os.environ.get("S3VEND_BENCH_MIB", "1024")) * MIB
ROUNDS = int(os.environ.get("S3VEND_BENCH_ROUNDS", "5"))
PART, PARALLEL = 16 * MIB, 8
WANTED = "wanted: 1.0 or more"

SETTING = f"""
import json, os, sys, time
what, path, key = sys.argv[1:]
PART, PARALLEL = {PART}, {PARALLEL}
"""
OURS = (
    SETTING
    + f"""
import s3vend
service = s3vend.connect()
service.read("identity")
target, sizes = f"s3://{BUCKET}/{{key}}", dict(part_size=PART, parallel=PARALLEL, service=service)
begun = time.perf_counter()
s3vend.upload(path, target, **sizes) if what == "up" else s3vend.download(target, path, **sizes)
print(time.perf_counter() - begun)
"""
)
# The local cloud's S3 reckons those CRCs in plain Python.
WITHOUT_CRC = 'import sys; sys.modules["awscrt.checksums"] = None'
THEIRS = (
    SETTING
    + f"""
import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
s3 = boto3.client("s3", config=Config(s3={{"addressing_style": "path"}}))
s3.list_objects_v2(Bucket="{BUCKET}", MaxKeys=1)
sizes = TransferConfig(
    multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=PARALLEL,
    preferred_transfer_client="classic",
)
begun = time.perf_counter()
if what == "up":
    s3.upload_file(path, "{BUCKET}", key, Config=sizes)
else:
    s3.download_file("{BUCKET}", key, path, Config=sizes)
print(time.perf_counter() - begun)
"""
)
POLICY = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
}


def keys(cloud: Cloud) -> Credentials:
    """A user's own keys, who may do anything in S3: what the service is there to avoid."""
    plain = seed.new_user(cloud, "Plain")
    aws.iam(cloud).put_user_policy(
        UserName="Plain", PolicyName="s3", PolicyDocument=json.dumps(POLICY)
    )
    return plain


def seconds(program: str, what: str, path: Path, key: str, settings: Mapping[str, str]) -> float:
    """Of one transfer; what others wrote before is on the disk."""
    os.sync()
    done = subprocess.run(  # noqa: S603 - the programs above
        [sys.executable, "-c", program, what, path, key],
        env=dict(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def main() -> None:
    """Print the ratios, theirs to ours: over 1 we are faster."""
    environments.forget_own()
    with running() as cloud, tempfile.TemporaryDirectory() as place:
        stack = deploy(cloud, built(), {"TrustAssumeS3User": "false"})
        administrator = seed.seed(cloud, stack).administrator
        grantee = {"iam": f"arn:aws:iam::{ACCOUNT}:user/Mover"}
        mover = seed.new_user(cloud, "Mover", stack.outputs["CallersPolicyArn"])
        scope = f"s3://{BUCKET}/bench/*"
        grant = {"id": "bench", "grantee": grantee, "scope": scope, "permission": "READWRITE"}
        seed.apply(stack, {"version": 1, "grants": [grant]}, administrator)
        shared = {
            **environments.NO_SETTINGS,
            "PATH": os.defpath,
            "HOME": place,
            "XDG_STATE_HOME": place,
            "PYTHONPATH": str(ROOT / "client/src"),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "NO_PROXY": "127.0.0.1",
            "S3VEND_URL": stack.url,
        }
        sides = {
            name: (program, {**shared, **named(who)})
            for name, program, who in (
                ("ours", WITHOUT_CRC + OURS, mover),
                ("theirs", THEIRS, keys(cloud)),
            )
        }
        measure(Path(place), sides)


def named(who: Credentials) -> dict[str, str]:
    """A user's keys as environment variables."""
    return {
        "AWS_ACCESS_KEY_ID": who.access_key_id,
        "AWS_SECRET_ACCESS_KEY": who.secret_access_key,
    }


def measure(place: Path, sides: Mapping[str, tuple[str, dict[str, str]]]) -> None:
    """Rounds in turns; who begins alternates."""
    source = place / "source"
    with source.open("wb") as file:
        for _ in range(0, SIZE, MIB):
            file.write(os.urandom(MIB))
    wanted = digest(source)
    found: dict[str, list[float]] = {"up": [], "down": []}
    for number in range(ROUNDS):
        for what, ratios in found.items():
            took: dict[str, float] = {}
            for name, (program, settings) in sorted(sides.items(), reverse=bool(number % 2)):
                path = source if what == "up" else place / name
                took[name] = seconds(program, what, path, f"bench/{name}", settings)
                if what == "down":
                    assert digest(path) == wanted, f"{name} got other bytes"
                    path.unlink()
            ratios.append(took["theirs"] / took["ours"])
    say(f"{SIZE // MIB} MiB, parts of {PART // MIB} MiB, {PARALLEL} at a time, {ROUNDS} rounds")
    say(HEADING)
    row("upload, boto3's time to ours", found["up"], WANTED)
    row("download", found["down"], WANTED)


if __name__ == "__main__":
    main()
