"""Starts, records, finds and stops the local cloud that `make local` keeps."""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from local.cloud import ministack as clouds
from local.cloud import processes
from local.cloud.client import Credentials
from local.cloud.environments import REGION
from local.cloud.files import write_secret
from local.cloud.issuer import Issuer
from local.cloud.ministack import ROOT, Cloud
from local.messages import LocalError, say
from local.stack import containers
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.seed import Seeded, seed

DIRECTORY = ROOT / ".local"
PORT = 4566
RECORD, ENV = "cloud.json", "env"
# The role trusts the user, as in the memo, so that a direct and a vended session can be tried.
PARAMETERS = {"TrustAssumeS3User": "true"}


class Kept(NamedTuple):
    """A recorded cloud, and its process's start time: a later process may have the same id."""

    cloud: Cloud
    started: str


def start(directory: Path, port: int | None) -> None:
    """Start a cloud, deploy and seed the stack, record it and leave it running.

    A cloud that already runs is left as it is. Without a port, a new cloud uses ``PORT``. After a
    failure nothing runs. Raises LocalError.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(directory):
        kept = read_record(directory)
        if kept is not None and lives(kept):
            say(_runs_already(kept.cloud, directory, port))
            return
        port = port or PORT
        _make_way(directory, kept, port)
        cloud, child = clouds.launch(directory / "cloud", port)
        try:
            source = built()
            stack = deploy(cloud, source, PARAMETERS)
            seeded = seed(cloud, stack)
            containers.prepare(cloud, source)
            write_record(directory, cloud)
            write_secret(directory / ENV, dotenv(cloud, stack, seeded))
            clouds.stay(child)
        except BaseException:
            clouds.end(child)
            _unlink(directory)  # the logs stay, for the user to read
            raise
    say(
        f"\nThe local cloud runs at {cloud.endpoint}; the API is at\n  {stack.url}\n"
        f"Its settings are in {_shown(directory / ENV)}; `make local-stop` stops it."
    )


def _runs_already(cloud: Cloud, directory: Path, port: int | None) -> str:
    place = f"{cloud.endpoint} (process {cloud.group})"
    if not clouds.answers(cloud):
        raise LocalError(
            f"The local cloud at {place} runs, but does not answer: stop it with `make local-stop`."
        )
    if port is not None and not cloud.endpoint.endswith(f":{port}"):
        raise LocalError(
            f"The local cloud already runs at {cloud.endpoint}, not on port {port}. "
            "Use it there, or stop it first: make local-stop"
        )
    return (
        f"The local cloud already runs at {place}; nothing was changed.\n"
        f"Its settings are in {_shown(directory / ENV)}. "
        "To deploy newer sources, stop it first: make local-stop"
    )


def _make_way(directory: Path, kept: Kept | None, port: int) -> None:
    if kept is not None:
        say("An earlier local cloud ended without `make local-stop`; starting a new one.")
    _forget(directory)
    if clouds.in_use(port):
        raise LocalError(
            f"Port {port} is in use by another program. Stop that program, or use another port: "
            f"S3VEND_LOCAL_PORT={port + 1} make local"
        )


def stop(directory: Path) -> None:
    """Stop the cloud if it runs, and print whether it did."""
    if not directory.exists():
        say("No local cloud runs here.")
        return
    with _alone(directory):
        kept = read_record(directory)
        if kept is None:
            say("No local cloud runs here.")
        elif lives(kept):
            processes.end(kept.cloud.group, patience=clouds.ENDING_SECONDS)
            say(f"The local cloud at {kept.cloud.endpoint} has stopped.")
        else:
            say("No local cloud runs here: the last one ended without `make local-stop`.")
        _forget(directory)


def lives(kept: Kept) -> bool:
    """Return whether the recorded process is alive, and not another with its id."""
    process = processes.find(kept.cloud.group)
    return process is not None and process.started == kept.started


def read_record(directory: Path) -> Kept | None:
    """Return the recorded cloud, alive or not; None without a readable record."""
    try:
        record = json.loads((directory / RECORD).read_text())
        root = Credentials(record["accessKeyId"], record["secretAccessKey"])
        place = directory / "cloud"
        issuer = Issuer(record["issuer"], place / "issuer")
        cloud = Cloud(record["endpoint"], place, root, record["pid"], issuer)
        return Kept(cloud, record["started"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        say(
            f"{_shown(directory / RECORD)} is damaged: "
            "if its cloud still runs, end that process by hand."
        )
        return None


def write_record(directory: Path, cloud: Cloud) -> None:
    """Record what `stop` and `invoke` need to find the cloud. Raises LocalError if it has ended."""
    process = processes.find(cloud.group)
    if process is None:
        raise LocalError(
            "The local cloud ended unexpectedly: see the logs in " + str(cloud.directory)
        )
    record = {
        "pid": cloud.group,
        "started": process.started,
        "endpoint": cloud.endpoint,
        "accessKeyId": cloud.root.access_key_id,
        "secretAccessKey": cloud.root.secret_access_key,
        "issuer": cloud.issuer.url,
    }
    write_secret(directory / RECORD, json.dumps(record, indent=2) + "\n")


def token(directory: Path, claims: Mapping[str, object]) -> str:
    """Return a token of the kept cloud's issuer. Raises LocalError if no cloud runs."""
    kept = read_record(directory)
    if kept is None or not lives(kept):
        raise LocalError(
            "No local cloud is running, so no issuer can sign: run `make local` first."
        )
    return kept.cloud.issuer.token(claims)


def dotenv(cloud: Cloud, stack: Stack, seeded: Seeded) -> str:
    """Return the settings of a program that uses the local cloud, as NAME=value lines."""
    values: Mapping[str, str] = {
        "S3VEND_URL": stack.url,
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": seeded.user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": seeded.user.secret_access_key,
        "S3VEND_ISSUER": cloud.issuer.url,
        "S3VEND_ADMIN_ACCESS_KEY_ID": seeded.administrator.access_key_id,
        "S3VEND_ADMIN_SECRET_ACCESS_KEY": seeded.administrator.secret_access_key,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _unlink(directory: Path) -> None:
    for name in (RECORD, ENV):
        (directory / name).unlink(missing_ok=True)


def _forget(directory: Path) -> None:
    _unlink(directory)
    shutil.rmtree(directory / "cloud", ignore_errors=True)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LocalError(
                "Another `make local` is starting this cloud: wait for it, or stop it with Ctrl-C."
            ) from None
        yield
