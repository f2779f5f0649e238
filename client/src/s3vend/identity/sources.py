"""Who the caller is, found in a fixed order; docs/clients.md has it for people.

1. a token that was given; 2. a token file; 3. GitHub Actions; 4. Google's metadata server;
5. a token projected by Kubernetes; 6. AWS credentials, by botocore.

What is named must work: a file that is not there is an error, never the next source. An identity
that arguments or a profile pin is the only one.
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
    """Somebody, at one door."""

    @property
    def door(self) -> str:
        """`iam` or `web-identity`."""

    @property
    def name(self) -> str:
        """Where it comes from, for messages."""

    def authorize(self, method: str, url: str, body: bytes) -> dict[str, str]:
        """The headers that say so."""

    def renew(self) -> bool:
        """After a refusal: whether trying again makes sense."""

    def notes(self) -> list[str]:
        """Lines for a refusal."""


@dataclass(frozen=True, slots=True)
class Source:
    """One place to look. ``make`` is None where there is no reason to look; ``why`` says so."""

    name: str
    make: Callable[[], Identity] | None
    why: str


def identity(settings: Settings, environment: Environment, wire: Wire) -> Identity:
    """The first identity that there is.

    Raises:
        IdentityError: there is none, or the one that was named cannot be had.
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
            raise IdentityError(f"The identity from {source.name} cannot be had: {error}") from None
    raise IdentityError("Nobody to be. What was tried, in this order:", tried)


def sources(settings: Settings, environment: Environment, wire: Wire) -> Iterator[Source]:
    """Where to look, in order."""
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
        "ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN are not set; a job has them with id-token: write",
    )
    yield _maybe(
        "Google Cloud",
        platforms.google(environment, wire, audience),
        "nothing says that this is Google Cloud",
    )
    yield _maybe("Kubernetes", platforms.kubernetes(), f"there is no {platforms.KUBERNETES}")


def _token(name: str, read: Callable[[], str]) -> Source:
    """A source whose token is read right away, so that what is wrong is said at the start."""

    def make() -> Identity:
        found = TokenIdentity(name, read)
        found.token()
        return found

    return Source(name, make, "")


def _maybe(name: str, read: Callable[[], str] | None, why: str) -> Source:
    return Source(name, None, why) if read is None else _token(name, read)


def _reader(token: TokenOrReader) -> Callable[[], str]:
    return token if callable(token) else lambda: token
