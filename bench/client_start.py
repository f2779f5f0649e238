"""How soon a command begins: `s3vend exec -- true` beside `aws --version`.

Ours asks a service on this machine for credentials, starts its endpoint, runs `true` and ends; with
a token, so that no AWS library is imported. Theirs is version 1 of the AWS CLI, from PyPI, in an
environment of its own, and says its version: what each of its commands begins with. Both sides take
turns, each run in a process of its own.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.apparatus.rounds import HEADING, Side, ratios, row, say

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("S3VEND_BENCH_ROUNDS", "25"))
AWS = ROOT / ".venv-clients-awscli/bin/aws"
OURS = (sys.executable, "-m", "s3vend.cli")
ANSWER = {
    "credentials": {
        "accessKeyId": "ASIA",
        "secretAccessKey": "s",
        "sessionToken": "t",
        "expiration": "2099-01-01T00:00:00Z",
    },
    "matchedGrantTargets": ["s3://bucket/*"],
    "permission": "READ",
    "region": "ap-northeast-1",
    "vendId": "v",
    "sessionId": "s",
}


class _Service(BaseHTTPRequestHandler):
    """Credentials for whoever asks."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def service() -> Iterator[str]:
    """A service that costs next to nothing; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def run(*command: str, **settings: str) -> None:
    """One process, to its end."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(ROOT / ".local"), **settings}
    subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603 - ours


def main() -> None:
    """Prints the ratios."""
    with service() as url:
        own = {"PYTHONPATH": str(ROOT / "client/src"), "S3VEND_URL": url, "S3VEND_TOKEN": "a.b.c"}
        theirs = Side("aws --version", partial(run, str(AWS), "--version"))
        rows = {
            "s3vend exec -- true": partial(
                run, *OURS, "exec", "s3://bucket/*", "--", "true", **own
            ),
            "s3vend --help": partial(run, *OURS, "--help", **own),
        }
        say("Times of aws --version to ours; more is quicker.")
        say(HEADING)
        for name, call in rows.items():
            found = ratios(Side(name, call), [theirs], ROUNDS)
            row(name, found["aws --version"], "wanted: 1.0 or more")


if __name__ == "__main__":
    main()
