"""The sources of an identity, in the fixed order that docs/clients.md documents.

1. the token in S3VEND_TOKEN; 2. the file in S3VEND_TOKEN_FILE; 3. the profile in AWS_PROFILE;
4. AWS_WEB_IDENTITY_TOKEN_FILE; 5. GitHub Actions; 6. Google's metadata server; 7. a token projected
by Kubernetes; 8. AWS credentials, found by botocore.

The user names the first three: they must work, and do not lead to the next source. The others are
found: a token that does not name the service's audience is passed over. If arguments, a profile or
S3VEND_IDENTITY pin an identity or its door, no other source is tried.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity import platforms
from s3vend.identity.platforms import NotHere
from s3vend.identity.receiver import Receiver, UnusableToken
from s3vend.identity.settings import Door, Environment, Settings, TokenOrReader
from s3vend.identity.signature import AwsIdentity, aws_profile
from s3vend.identity.token import TokenIdentity


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


class Source(NamedTuple):
    """A source of an identity. ``make`` is None if the source is absent; ``why`` says why.

    ``because`` says in words that the source is there, or who chose it.
    """

    name: str
    make: Callable[[], Identity] | None
    why: str = ""
    because: str = ""
    door: Door = "web-identity"


def sources(settings: Settings, environment: Environment, wire: Wire) -> Iterator[Source]:
    """Yield the sources to try, in order."""
    chosen, named = settings.chosen_by, Receiver(settings, is_named=True)
    if settings.token is not None:
        yield _token("token=", _reader(settings.token), named, chosen)
    elif settings.token_file is not None:
        path = settings.token_file
        yield _token(f"token file {path}", lambda: platforms.from_file(path), named, chosen)
    elif settings.aws_profile is not None or settings.door == "iam":
        yield _aws("AWS credentials", settings, environment, chosen)
    else:
        yield from _named(settings, environment, named)
        yield from _tokens(settings, environment, wire)
        if settings.door is None:
            because = "no token for the service was found"
            yield _aws("AWS credentials", settings, environment, because)


def _named(settings: Settings, environment: Environment, receiver: Receiver) -> Iterator[Source]:
    """Yield the sources that the user names with variables."""
    if token := environment.get("S3VEND_TOKEN"):
        yield _token("S3VEND_TOKEN", lambda: token, receiver, "S3VEND_TOKEN is set")
    else:
        yield Source("S3VEND_TOKEN", None, "not set")
    yield _file("S3VEND_TOKEN_FILE", environment, receiver)
    if settings.door is not None:
        return
    if profile := aws_profile(environment):
        because = f"AWS_PROFILE is {profile}"
        yield _aws(f"AWS_PROFILE ({profile})", settings, environment, because, is_named=True)
    else:
        yield Source("AWS_PROFILE", None, "not set")


def _tokens(settings: Settings, environment: Environment, wire: Wire) -> Iterator[Source]:
    """Yield the sources of tokens that are found."""
    found, audience = Receiver(settings, is_named=False), settings.audience
    yield _file("AWS_WEB_IDENTITY_TOKEN_FILE", environment, found)
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
    yield _maybe("Kubernetes", platforms.kubernetes(environment), found, missing)


def _file(variable: str, environment: Environment, receiver: Receiver) -> Source:
    if not (file := environment.get(variable)):
        return Source(variable, None, "not set")
    read = partial(platforms.from_file, Path(file))
    return _token(f"{variable} ({file})", read, receiver, f"{variable} is set")


def _aws(
    name: str, settings: Settings, environment: Environment, because: str, *, is_named: bool = False
) -> Source:
    def make() -> Identity:
        try:
            return AwsIdentity(settings, environment)
        except NotHere as error:
            if is_named:
                raise IdentityError(str(error)) from None
            raise

    return Source(name, make, "", because, "iam")


def _token(name: str, read: Callable[[], str], receiver: Receiver, because: str) -> Source:
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

    return Source(name, make, "", because)


def _maybe(name: str, read: Callable[[], str] | None, receiver: Receiver, why: str) -> Source:
    if read is None:
        return Source(name, None, why)
    return _token(name, read, receiver, f"{name} has a token for the service")


def _reader(token: TokenOrReader) -> Callable[[], str]:
    return token if callable(token) else lambda: token
