"""Makes clients of AWS services with short time limits, and translates their errors."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property, partial
from typing import Any, NamedTuple

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError
from botocore.session import Session, get_session

from vending.aws.services.deadline import TRIES, TRY, in_time
from vending.aws.services.measuring import THROTTLED, count_sts
from vending.errors import ServiceRefused, Unavailable, VendingError

# The standard mode retries transient errors after a random pause, and stops retrying after many
# failures in a row. `deadline` limits how long a try may take as a whole.
_BUDGET = Config(
    connect_timeout=1,
    read_timeout=TRY - 1,
    retries={"total_max_attempts": TRIES, "mode": "standard"},
    tcp_keepalive=True,
)
# Another try may succeed: the service is busy, or another request is in the way.
_BUSY = THROTTLED | {
    *(
        "ProvisionedThroughputExceededException",
        "LimitExceededException",
        "KMS.ThrottlingException",
    ),
    *("TransactionCanceledException", "TransactionConflictException"),
    "ConditionalCheckFailedException",
    *("TransactionInProgressException", "ReplicatedWriteConflictException"),
    *("ConcurrentModification", "ConcurrentModificationException", "EntityTemporarilyUnmodifiable"),
    *("InternalFailure", "InternalError", "InternalServerError", "ServiceUnavailable"),
    *("OperationAborted", "ConditionalRequestConflict", "RequestTimeout", "TooManyUpdates"),
}
# Another environment may succeed: this one's credentials have expired, or its clock is wrong.
_OWN_FAULT = frozenset(
    {
        *("ExpiredToken", "ExpiredTokenException", "RequestExpired", "RequestTimeTooSkewed"),
        *("InvalidSignatureException", "SignatureDoesNotMatch", "InvalidClientTokenId"),
        *("UnrecognizedClientException", "IncompleteSignature", "IncompleteSignatureException"),
    }
)
_BUSY_STATUSES = frozenset({408, 425, 429})
_CODE = r"[A-Za-z0-9.:#_-]{1,100}"


class Bounded(NamedTuple):
    """botocore's HTTP session with a limit of ``seconds`` for each try."""

    session: URLLib3Session
    seconds: float = TRY

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send a request and return the whole response.

        Raises:
            BotoCoreError: there is no response in time.
            Unavailable: the time of the request that the function answers is over.
        """
        try:
            return in_time(partial(self.session.send, request), self.seconds)
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error

    def close(self) -> None:
        """Close all connections."""
        self.session.close()


def client(service: str, region: str, endpoint: str = "", seconds: float = TRY) -> Any:
    """A client of the service's regional endpoint; ``endpoint`` replaces it unless empty.

    Each try ends after ``seconds``. A call may be retried after it has succeeded, so every call
    must be idempotent.
    """
    config = _BUDGET.merge(Config(read_timeout=seconds - 1))
    created: Any = _session().create_client(
        service, region_name=region, endpoint_url=endpoint or None, config=config
    )
    count_sts(created)
    endpoint_of = created._endpoint  # noqa: SLF001 - botocore has no public name for it
    endpoint_of.http_session = Bounded(endpoint_of.http_session, seconds)
    return created


class _LazyCredentials:
    """Credentials, and their provider for botocore: loaded when the first request is signed.

    botocore alone loads them when it makes a client, which is at import. Then a SnapStart snapshot
    would contain them, and every environment would start with them.
    """

    def __init__(self, chain: Any) -> None:
        self._chain = chain

    @cached_property
    def _found(self) -> Any:
        if not (found := self._chain.load_credentials()):
            raise NoCredentialsError
        random.seed()  # else all environments from one snapshot would retry after the same pauses
        return found

    def load_credentials(self) -> "_LazyCredentials":
        return self

    def get_frozen_credentials(self) -> Any:
        return self._found.get_frozen_credentials()

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        return lambda: self._found.get_deferred_property(name)()  # noqa: PLW0108 - loads late


@cache  # a second client of the same session costs a fifth of the first
def _session() -> Session:
    session = get_session()
    chain = session.get_component("credential_provider")
    session.register_component("credential_provider", _LazyCredentials(chain))
    return session


def is_refusal(status: object, code: str) -> bool:
    """Whether an answer with this HTTP status and error code means no, now and later.

    The status alone does not tell: STS answers ``Throttling`` with 400.
    """
    refused = isinstance(status, int) and 300 <= status < 500
    return refused and status not in _BUSY_STATUSES and code not in _BUSY | _OWN_FAULT


def public_code(code: object) -> str:
    """The error code, or ``NoCode`` if it does not look like one: it may be anybody's text."""
    return code if isinstance(code, str) and re.fullmatch(_CODE, code) else "NoCode"


@contextmanager
def translate_errors(refused: Callable[[str], VendingError] = ServiceRefused) -> Iterator[None]:
    """Turn botocore's errors in the block into ours, which keep only the error code.

    A service that says no becomes ``refused``, and any other failure ``Unavailable``. Read the
    answer's members in the block too: an answer without them is also ``Unavailable``.
    """
    try:
        yield
    except ClientError as error:
        code = public_code(error.response.get("Error", {}).get("Code"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise (refused(code) if is_refusal(status, code) else Unavailable(code)) from error
    except BotoCoreError as error:
        raise Unavailable(type(error).__name__) from error
    except (ResponseParserError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unavailable("AnswerNotUnderstood") from error
