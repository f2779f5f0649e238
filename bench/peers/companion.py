"""Uppy Companion in a Node process of its own, asked over HTTP on this machine."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import urllib3

SERVER = Path(__file__).parents[1] / "companion" / "server.js"

type Ask = Callable[[str], Any]


@contextmanager
def running(bucket: str) -> Iterator[Ask]:
    """``ask(path)`` while it runs, with the keys of this process's environment."""
    with TemporaryDirectory() as place:
        settings = {
            "NODE_ENV": "production",
            "PATH": os.environ["PATH"],
            "PLACE": place,
            "BUCKET": bucket,
            "REGION": os.environ["AWS_REGION"],
            "KEY_ID": os.environ["AWS_ACCESS_KEY_ID"],
            "SECRET": os.environ["AWS_SECRET_ACCESS_KEY"],
            "TOKEN": os.environ["AWS_SESSION_TOKEN"],
            "EXPIRES": "900",
        }
        with subprocess.Popen(  # noqa: S603 - our own server
            ["node", SERVER],  # noqa: S607 - whichever Node is there
            env=settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            try:
                assert server.stdout
                # Between its own messages is the line with the port.
                port = next((one.strip() for one in server.stdout if one.strip().isdigit()), None)
                if not port:
                    raise RuntimeError("Companion did not start")
                with urllib3.HTTPConnectionPool("127.0.0.1", int(port), maxsize=1) as pool:
                    yield lambda path: answer(pool, path)
            finally:
                server.terminate()


def answer(pool: urllib3.HTTPConnectionPool, path: str) -> Any:
    """The body of one answer. Raises RuntimeError where it is not 200."""
    response = pool.request("GET", path, retries=False)
    if response.status != 200:
        raise RuntimeError(f"Companion answers {response.status}")
    return response.data


def parts(key: str, count: int) -> str:
    """The path that asks for so many URLs: those of an upload's parts, as Companion has it."""
    numbers = ",".join(str(number + 1) for number in range(count))
    return f"/s3/multipart/VXBsb2FkIElE/batch?key={key}&partNumbers={numbers}"


def urls(answered: bytes) -> list[str]:
    """The URLs of an answer."""
    return list(json.loads(answered)["presignedUrls"].values())
