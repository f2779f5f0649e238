"""A small OIDC issuer on 127.0.0.1, whose keys and behaviour are files in a directory.

Everybody who can read the directory can sign tokens. A new key or behaviour takes effect with the
next request.
"""

import json
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "https://vend.example.com"
SUBJECT = "local-developer"
LIFETIME = 600  # seconds
DISCOVERY, JWKS = "/.well-known/openid-configuration", "/keys"
KEPT_KEYS = 2  # the newest key signs; tokens of the one before are still valid
SLOW_SECONDS = 20.0
HUGE_BYTES = 1024 * 1024

type Behaviour = Literal["ok", "slow", "down", "huge", "wrong"]


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuer, for programs that can read its directory."""

    url: str
    directory: Path

    def open(self) -> None:
        """Write a first key and the discovery document, so that `serve` can start."""
        self.directory.mkdir(mode=0o700, parents=True)
        (self.directory / "jwks.json").write_text('{"keys": []}')
        document = {"issuer": self.url, "jwks_uri": self.url + JWKS}
        (self.directory / "discovery.json").write_text(json.dumps(document))
        self.behave("ok")
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        key = rsa.generate_private_key(65537, 2048)
        key_id = secrets.token_hex(4)
        public = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id}
        published = json.loads((self.directory / "jwks.json").read_text())["keys"]
        listed = [{**public, "use": "sig", "alg": "RS256", "key_ops": ["verify"]}, *published]
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        signing = {"kid": key_id, "pem": pem.decode()}
        self._write("signing.json", json.dumps(signing))
        self._write("jwks.json", json.dumps({"keys": listed[:KEPT_KEYS]}))

    def behave(self, how: Behaviour) -> None:
        """Answer in this way from now on."""
        self._write("behaviour", how)

    def requests(self) -> list[str]:
        """Return the paths that were requested, oldest first."""
        try:
            return (self.directory / "requests").read_text().split()
        except FileNotFoundError:
            return []

    def token(self, claims: Mapping[str, object], **header: object) -> str:
        """Return a token with these claims; usual claims are filled in, None removes one."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now}
        whole = {**usual, "exp": now + LIFETIME, **claims}
        payload = {name: value for name, value in whole.items() if value is not None}
        signing = json.loads((self.directory / "signing.json").read_text())
        return jwt.encode(
            payload, signing["pem"], "RS256", headers={"kid": signing["kid"], **header}
        )

    def _write(self, name: str, text: str) -> None:
        """Write atomically, since the server may be reading, and readable only by the owner."""
        path = self.directory / f"{name}.new"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        path.replace(self.directory / name)


def serve(directory: Path, port: int) -> None:
    """Serve on 127.0.0.1 for as long as this process lives."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with (directory / "requests").open("a") as log:
                log.write(f"{self.path}\n")
            with suppress(BrokenPipeError, ConnectionResetError):
                self.answer((directory / "behaviour").read_text())

        def answer(self, how: str) -> None:
            documents = {DISCOVERY: "discovery.json", JWKS: "jwks.json"}
            if how == "slow":
                time.sleep(SLOW_SECONDS)
            if how == "down" or self.path not in documents:
                self.send_error(503 if how == "down" else 404)
                return
            body = (directory / documents[self.path]).read_bytes()
            if how == "huge":
                body = body.ljust(HUGE_BYTES)
            if how == "wrong":
                body = b"<html>Back soon</html>"
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
