"""Calls to AWS: one client a service, short budgets, errors translated once."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError
from botocore.session import Session, get_session

from vending.aws.services.deadline import TRIES, TRY, in_time
from vending.aws.services.measuring import count_sts
from vending.errors import Unavailable

# Standard mode: by what they are, errors that may pass; with chance in the pause; and after many
# failures in a row without a second try. How long a try may take as a whole is in `deadline`.
_BUDGET = Config(
    connect_timeout=1,
    read_timeout=TRY - 1,
    retries={"total_max_attempts": TRIES, "mode": "standard"},
    tcp_keepalive=True,
)
_CODE = re.compile(r"[A-Za-z0-9.:#_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Bounded:
    """botocore's HTTP session; a try is over after so many ``seconds``, whatever comes."""

    session: URLLib3Session
    seconds: float = TRY

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """The whole answer.

        Raises:
            BotoCoreError: there is none in time.
            Unavailable: the request's own time is over.
        """
        try:
            return in_time(partial(self.session.send, request), self.seconds)
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error

    def close(self) -> None:
        """All connections."""
        self.session.close()


def client(service: str, region: str, endpoint: str = "", seconds: float = TRY) -> Any:
    """A client of a regional endpoint; ``endpoint`` replaces it where it is not empty.

    A try is over after so many ``seconds``. A call may be tried twice, and the first try may have
    worked: no call may do harm so.
    """
    config = _BUDGET.merge(Config(read_timeout=seconds - 1))
    made: Any = _session().create_client(
        service, region_name=region, endpoint_url=endpoint or None, config=config
    )
    count_sts(made)
    endpoint_of = made._endpoint  # noqa: SLF001 - there is no other way to it
    endpoint_of.http_session = Bounded(endpoint_of.http_session, seconds)
    return made


class _FoundLater:
    """Credentials, and their provider for botocore: sought when the first request is signed.

    botocore would seek them when a client is made, which is at import: a snapshot of SnapStart
    would keep them, and every environment that starts from it would have them.
    """

    def __init__(self, chain: Any) -> None:
        self._chain = chain

    @cached_property
    def _found(self) -> Any:
        if not (found := self._chain.load_credentials()):
            raise NoCredentialsError
        random.seed()  # else all that start from one snapshot would pause alike before they retry
        return found

    def load_credentials(self) -> "_FoundLater":
        return self

    def get_frozen_credentials(self) -> Any:
        return self._found.get_frozen_credentials()

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        return lambda: self._found.get_deferred_property(name)()  # noqa: PLW0108 - found later


@cache  # the second client costs a tenth of the first: what both read is read once
def _session() -> Session:
    session = get_session()
    chain = session.get_component("credential_provider")
    session.register_component("credential_provider", _FoundLater(chain))
    return session


@contextmanager
def translated() -> Iterator[None]:
    """Turns what botocore raises into ``Unavailable``, which keeps the error code alone.

    STS says ``Throttling`` with HTTP 400, so that the status tells nothing. An answer without
    what belongs in it is as good as none: its members are read within the block, too.
    """
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code"))
        raise Unavailable(code if _CODE.fullmatch(code) else "NoCode") from error
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
    except (ResponseParserError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unavailable("AnswerNotUnderstood") from error
