"""The search for the caller's identity, in a fixed order that docs/clients.md documents.

1. the token in S3VEND_TOKEN; 2. the file in S3VEND_TOKEN_FILE; 3. AWS_WEB_IDENTITY_TOKEN_FILE;
4. GitHub Actions; 5. Google's metadata server; 6. a token projected by Kubernetes; 7. AWS
credentials, found by botocore.

The user names 1 and 2: they must work, and do not lead to the next source. The others are found:
a token that does not name the service's audience is passed over. If arguments or a profile pin an
identity, no other source is tried.
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
from s3vend.identity.receiver import Receiver, UnusableToken
from s3vend.identity.settings import Environment, Settings, TokenOrReader
from s3vend.identity.signature import AwsIdentity
from s3vend.identity.token import TokenIdentity

FILES = {"S3VEND_TOKEN_FILE": True, "AWS_WEB_IDENTITY_TOKEN_FILE": False}  # named by the user?


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


def search(
    settings: Settings, environment: Environment, wire: Wire
) -> "tuple[Identity, tuple[str, ...]]":
    """Return the identity of the first source that has one.

    The lines say why sources before it that were there were passed over.

    Raises:
        IdentityError: no source has an identity, or a source that is set does not work.
    """
    tried, passed_over = list[str](), list[str]()
    for source in sources(settings, environment, wire):
        if source.make is None:
            tried.append(f"{source.name}: {source.why}")
            continue
        try:
            return source.make(), tuple(passed_over)
        except NotHere as error:
            passed_over.append(f"{source.name}: {error}")
            tried.append(passed_over[-1])
        except IdentityError as error:
            raise IdentityError(
                f"Cannot get an identity from {source.name}: {error}", passed_over
            ) from None
    raise IdentityError(
        "No identity found. Set one of these sources (they were tried in this order):", tried
    )


def sources(settings: Settings, environment: Environment, wire: Wire) -> Iterator[Source]:
    """Yield the sources to try, in order."""
    aws = Source("AWS credentials", lambda: AwsIdentity(settings, environment), "")
    named = Receiver(settings, is_named=True)
    if settings.token is not None:
        yield _token("token=", _reader(settings.token), named)
    elif settings.token_file is not None:
        path = settings.token_file
        yield _token(f"token file {path}", lambda: platforms.from_file(path), named)
    elif settings.aws_profile is not None or settings.door == "iam":
        yield aws
    else:
        yield from _tokens(settings, environment, wire)
        if settings.door is None:
            yield aws


def _tokens(settings: Settings, environment: Environment, wire: Wire) -> Iterator[Source]:
    named, found = (Receiver(settings, is_named) for is_named in (True, False))
    if token := environment.get("S3VEND_TOKEN"):
        yield _token("S3VEND_TOKEN", lambda: token, named)
    else:
        yield Source("S3VEND_TOKEN", None, "not set")
    for name, is_named in FILES.items():
        if file := environment.get(name):
            read = partial(platforms.from_file, Path(file))
            yield _token(f"{name} ({file})", read, named if is_named else found)
        else:
            yield Source(name, None, "not set")
    audience = settings.audience
    yield _maybe(
        "GitHub Actions",
        platforms.github(environment, wire, audience),
        found,
        "ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set; a job gets "
        "them with the permission id-token: write",
    )
    yield _maybe(
        "Google Cloud",
        platforms.google(environment, wire, audience),
        found,
        "this machine does not look like Google Cloud",
    )
    missing = f"{platforms.KUBERNETES} does not exist"
    yield _maybe("Kubernetes", platforms.kubernetes(), found, missing)


def _token(name: str, read: Callable[[], str], receiver: Receiver) -> Source:
    """Return a source that reads its token at once, so that an error shows at the start."""

    def make() -> Identity:
        identity = TokenIdentity(name, read, receiver)
        try:
            identity.token()
        except UnusableToken as error:
            if receiver.is_named:
                raise
            raise NotHere(f"passed over: {error}") from None
        return identity

    return Source(name, make, "")


def _maybe(name: str, read: Callable[[], str] | None, receiver: Receiver, why: str) -> Source:
    return Source(name, None, why) if read is None else _token(name, read, receiver)


def _reader(token: TokenOrReader) -> Callable[[], str]:
    return token if callable(token) else lambda: token
