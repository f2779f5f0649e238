"""The search for the caller's identity, in a fixed order that docs/clients.md documents.

1. the token in S3VEND_TOKEN; 2. a token file; 3. GitHub Actions; 4. Google's metadata server;
5. a token projected by Kubernetes; 6. AWS credentials, found by botocore.

A source that is named must work: a missing file is an error and does not lead to the next source.
If arguments or a profile pin an identity, no other source is tried.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity import platforms
from s3vend.identity.platforms import NotHere
from s3vend.identity.settings import Environment, Settings, TokenOrReader
from s3vend.identity.signature import AwsIdentity
from s3vend.identity.token import TokenIdentity

FILES = ("S3VEND_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE")


class Identity(Protocol):
    """An identity that authorizes requests at one door."""

    @property
    def door(self) -> str:
        """`iam` or `web-identity`."""

    @property
    def name(self) -> str:
        """The source of the identity, for messages."""

    def authorize(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """Return the headers that authorize this request."""

    def renew(self) -> bool:
        """Renew the identity after a refusal; return whether a second try makes sense."""

    def notes(self) -> list[str]:
        """Return the lines to add to the message of a refusal."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source of an identity. ``make`` is None if the source is absent; ``why`` says why."""

    name: str
    make: Callable[[], Identity] | None
    why: str


def identity(settings: Settings, environment: Environment, wire: Wire) -> Identity:
    """Return the identity of the first source that has one.

    Raises:
        IdentityError: no source has an identity, or a source that is set does not work.
    """
    tried = []
    for source in sources(settings, environment, wire):
        if source.make is None:
            tried.append(f"{source.name}: {source.why}")
            continue
        try:
            return source.make()
        except NotHere as error:
            tried.append(f"{source.name}: {error}")
        except IdentityError as error:
            raise IdentityError(f"Cannot get an identity from {source.name}: {error}") from None
    raise IdentityError(
        "No identity found. Set one of these sources (they were tried in this order):", tried
    )


def sources(settings: Settings, environment: Environment, wire: Wire) -> Iterator[Source]:
    """Yield the sources to try, in order."""
    aws = Source("AWS credentials", lambda: AwsIdentity(settings, environment), "")
    if settings.token is not None:
        yield _token("token=", _reader(settings.token))
    elif settings.token_file is not None:
        path = settings.token_file
        yield _token(f"token file {path}", lambda: platforms.from_file(path))
    elif settings.aws_profile is not None or settings.door == "iam":
        yield aws
    else:
        yield from _tokens(settings, environment, wire)
        if settings.door is None:
            yield aws


def _tokens(settings: Settings, environment: Environment, wire: Wire) -> Iterator[Source]:
    if token := environment.get("S3VEND_TOKEN"):
        yield _token("S3VEND_TOKEN", lambda: token)
    else:
        yield Source("S3VEND_TOKEN", None, "not set")
    for name in FILES:
        if file := environment.get(name):
            yield _token(f"{name} ({file})", partial(platforms.from_file, Path(file)))
        else:
            yield Source(name, None, "not set")
    audience = settings.audience
    yield _maybe(
        "GitHub Actions",
        platforms.github(environment, wire, audience),
        "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set; a job gets "
        "them with the permission id-token: write",
    )
    yield _maybe(
        "Google Cloud",
        platforms.google(environment, wire, audience),
        "this machine does not look like Google Cloud",
    )
    yield _maybe("Kubernetes", platforms.kubernetes(), f"{platforms.KUBERNETES} does not exist")


def _token(name: str, read: Callable[[], str]) -> Source:
    """Return a source that reads its token at once, so that an error shows at the start."""

    def make() -> Identity:
        identity = TokenIdentity(name, read)
        identity.token()
        return identity

    return Source(name, make, "")


def _maybe(name: str, read: Callable[[], str] | None, why: str) -> Source:
    return Source(name, None, why) if read is None else _token(name, read)


def _reader(token: TokenOrReader) -> Callable[[], str]:
    return token if callable(token) else lambda: token
