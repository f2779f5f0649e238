"""GitHub's and GitLab's APIs on this machine: tokens for jobs, and comments."""

import json
import os
import re
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.running.server import Answers, answering

BEARER = "request-token-of-the-job"
GITHUB_TOKEN = "ghs_0123456789abcdefghijklmnopqrstuvwxyz"
PERSONAL_TOKEN = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
GITLAB_TOKEN = "glpat-0123456789abcdefghij"
LONGEST = 65_536  # characters of a comment, as GitHub has it
BOT = {"id": 41898282, "login": "github-actions[bot]", "type": "Bot"}
PERSON = {"id": 5, "login": "octocat", "type": "User"}

type Sign = Callable[[Mapping[str, object]], str]


@dataclass
class Host:
    """What a host knows, and what it was asked for."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # the method and the path of each request
    audiences: list[str] = field(default_factory=list)
    may_comment: bool = True

    def written(self) -> list[str]:
        """The requests that changed something."""
        return [one.split()[0] for one in self.asked if not one.startswith("GET")]


@contextmanager
def github(claims: Mapping[str, object], sign: Sign | None = None) -> Iterator[Host]:
    """GitHub, whose job has these claims; ``sign`` makes a token of them and of the audience."""
    host = Host()

    class Handler(Answers):
        def do_GET(self) -> None:  # noqa: N802
            parts, query = _asked(self, host)
            if parts == "/token":
                assert self.headers["Authorization"] == f"Bearer {BEARER}"
                assert sign, "this job has nothing to ask for a token"
                [audience] = query["audience"]
                host.audiences.append(audience)
                _json(self, 200, {"value": sign({**claims, "aud": audience})})
            elif parts == "/user":
                whose = {GITHUB_TOKEN: (403, {}), PERSONAL_TOKEN: (200, PERSON)}
                _json(self, *whose[_token(self)])
            else:
                _json(self, 200, _page(host, query))

        def do_POST(self) -> None:  # noqa: N802
            author = PERSON if _token(self) == PERSONAL_TOKEN else BOT
            self.change(lambda body: _added(host, body, {"user": author}))

        def do_PATCH(self) -> None:  # noqa: N802
            self.change(lambda body: _changed(host, self.path, body))

        def change(self, act: Callable[[str], dict[str, Any]]) -> None:
            _asked(self, host)
            body = _body(self)
            if not host.may_comment:
                _json(self, 403, {"message": "Resource not accessible by integration"})
            elif len(body) > LONGEST:
                _json(self, 422, {"message": "Validation Failed"})
            else:
                _json(self, 201, act(body))

    with answering(Handler) as host.url:
        yield host


@contextmanager
def gitlab() -> Iterator[Host]:
    """GitLab, in which the token of comments belongs to the user 7."""
    host = Host()

    class Handler(Answers):
        def do_GET(self) -> None:  # noqa: N802
            path, query = _asked(self, host)
            allowed = self.headers["PRIVATE-TOKEN"] == GITLAB_TOKEN and host.may_comment
            answer = {"id": 7} if path == "/user" else _page(host, query)
            _json(self, *((200, answer) if allowed else (401, {"message": "401 Unauthorized"})))

        def do_POST(self) -> None:  # noqa: N802
            _asked(self, host)
            _json(self, 201, _added(host, _body(self), {"author": {"id": 7}}))

        def do_PUT(self) -> None:  # noqa: N802
            _asked(self, host)
            _json(self, 200, _changed(host, self.path, _body(self)))

    with answering(Handler) as host.url:
        yield host


@contextmanager
def git_server(directory: Path, user: str, password: str) -> Iterator[str]:
    """The repositories of a directory over HTTP, for this user alone."""
    allowed = "Basic " + b64encode(f"{user}:{password}".encode()).decode()

    class Handler(Answers):
        def do_GET(self) -> None:  # noqa: N802
            self.serve(b"")

        def do_POST(self) -> None:  # noqa: N802
            self.serve(self.rfile.read(int(self.headers["Content-Length"])))

        def serve(self, body: bytes) -> None:
            if self.headers["Authorization"] != allowed:
                self.answer(401, b"", WWW_Authenticate='Basic realm="git"')
                return
            path, _, query = self.path.partition("?")
            ended = subprocess.run(
                ["git", "http-backend"],  # noqa: S607 - any git
                input=body,
                env={
                    "PATH": os.environ["PATH"],
                    "GIT_PROJECT_ROOT": str(directory),
                    "GIT_HTTP_EXPORT_ALL": "1",
                    "REMOTE_USER": user,
                    "REQUEST_METHOD": self.command,
                    "PATH_INFO": path,
                    "QUERY_STRING": query,
                    "CONTENT_TYPE": self.headers["Content-Type"] or "",
                    "HTTP_CONTENT_ENCODING": self.headers["Content-Encoding"] or "",
                    "GIT_PROTOCOL": self.headers["Git-Protocol"] or "",
                },
                stdout=subprocess.PIPE,
                check=True,
            )
            head, _, content = ended.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            status = int(headers.pop("Status", "200").split()[0])
            self.answer(status, content, Content_Type=headers["Content-Type"])

    with answering(Handler) as url:
        yield url


def _json(handler: Answers, status: int, body: object) -> None:
    handler.answer(status, json.dumps(body).encode(), Content_Type="application/json")


def _token(handler: Answers) -> str:
    token: str = handler.headers["Authorization"].removeprefix("Bearer ")
    assert token in (GITHUB_TOKEN, PERSONAL_TOKEN)
    return token


def _asked(handler: Answers, host: Host) -> tuple[str, dict[str, list[str]]]:
    host.asked.append(f"{handler.command} {handler.path}")
    parts = urlsplit(handler.path)
    return parts.path, parse_qs(parts.query)


def _body(handler: Answers) -> str:
    content = handler.rfile.read(int(handler.headers["Content-Length"]))
    return str(json.loads(content)["body"])


def _page(host: Host, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    size, number = int(query["per_page"][0]), int(query["page"][0])
    return host.comments[(number - 1) * size : number * size]


def _added(host: Host, body: str, author: Mapping[str, object]) -> dict[str, Any]:
    comment = {"id": 1000 + len(host.comments), "body": body, **author}
    host.comments.append(comment)
    return comment


def _changed(host: Host, path: str, body: str) -> dict[str, Any]:
    [number] = re.findall(r"/(\d+)$", path)
    [comment] = [one for one in host.comments if one["id"] == int(number)]
    comment["body"] = body
    return comment
