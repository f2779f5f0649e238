"""A container credentials endpoint on 127.0.0.1, for one child process.

SDKs request credentials from it, and again before these expire. Path and token are random. The
token is in the environment of the child, which only processes of the same user can read.
"""

import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import NOT_REACHABLE, code_of
from s3vend.cli.use.credentials import as_container
from s3vend.cli.use.listener import Response, listening, problem
from s3vend.errors import S3VendError, ServiceError
from s3vend.service.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of the endpoint, and the token that it requires."""

    url: str
    token: str = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that SDKs read."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self.token,
        }


@contextmanager
def serve_credentials(fresh: Callable[[], Credentials]) -> Iterator[Endpoint]:
    """Run an endpoint for the duration of the block; ``fresh`` returns valid credentials."""
    path, token = f"/{secrets.token_urlsafe(16)}", secrets.token_urlsafe(32)

    def respond(requested: str, authorization: str) -> Response:
        here = hmac.compare_digest(requested.encode(), path.encode())
        if not (is_equal(authorization, token) and here):
            return 403, problem("AccessDenied", "Only the command of s3vend exec has access.")
        return credentials_response(fresh)

    with listening() as listener:
        listener.start(respond)
        yield Endpoint(f"{listener.origin}{path}", token)


def is_equal(authorization: str, token: str) -> bool:
    """Whether a request has the token; how long the answer takes does not depend on it."""
    return hmac.compare_digest(authorization.encode(), token.encode())


def credentials_response(fresh: Callable[[], Credentials]) -> Response:
    """Return the credentials as SDKs read them, or why there are none."""
    try:
        return 200, as_container(fresh())
    except S3VendError as error:
        say(*f"cannot renew the credentials: {error}".split("\n"))
        code = error.code if isinstance(error, ServiceError) else type(error).__name__
        # SDKs try again after 5xx, and give up after 4xx.
        status = 503 if code_of(error) == NOT_REACHABLE else 403
        return status, problem(code, "See the message that s3vend wrote to stderr.")
