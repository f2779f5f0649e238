"""A session that reads what is copied and writes the copies, and its signed requests to S3."""

import threading
from collections.abc import Callable, Mapping

from s3vend.errors import S3VendError, ServiceError
from s3vend.http.patience import Patience
from s3vend.http.wire import Answer
from s3vend.identity.signature import S3, Keys, signed
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.service.credentials import Credentials, vend_function
from s3vend.service.fresh import Fresh
from s3vend.service.refusals import refusal
from s3vend.transfer.storage import send_with_retries
from s3vend.within.places import Place, bucket_url, encoded

Attempt = Callable[[Callable[[], Answer]], Answer]
READS, WRITES = ("GET", "HEAD"), "PUT"
NO_SESSION = {"PresignOnly", "PolicyTooLarge", "SeveralGrants"}
OTHERWISE = (
    "A copy within S3 takes one session that reads the source and writes the destination. Download "
    "the objects and upload them instead."
)


def _once(send: Callable[[], Answer]) -> Answer:
    return send()


class CopySession:
    """Sends signed requests to S3; thread-safe. The credentials are renewed before they end.

    ``source`` and ``destination`` are targets: keys, or all keys below prefixes.

    Raises:
        ServiceError: the service refuses such a session, and says why.
        Unreachable, IdentityError: as `credentials`.
    """

    def __init__(self, source: str, destination: str, service: Service) -> None:
        self.service = service
        self._vend = vend_function(
            None, None, {"READ": source, "WRITE": destination}, None, None, service
        )
        self._fresh = Fresh(self._vend_or_explain)
        self._urls: dict[str, str] = {}  # by the bucket
        self._lock = threading.Lock()

    def send(
        self,
        action: str,
        method: str,
        place: Place,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        attempt: Attempt = _once,
        patience: Patience | None = None,
    ) -> Answer:
        """Send a request about an object until it succeeds, and return the answer.

        ``action`` describes it in messages. ``attempt`` makes each attempt: it is called with a
        function that sends. ``patience`` is the service's unless it is given.

        Raises:
            StorageError: S3 refused the request, or still failed after several tries.
            Unreachable: no answer after several tries.
            ServiceError, IdentityError: the credentials cannot be renewed.
        """
        url = f"{self._bucket_url(method, place)}{encoded(place.key)}{query and f'?{query}'}"

        def sign() -> Url:
            keys = self._fresh()
            if (region := keys.buckets.get(place.bucket)) is None:
                raise S3VendError(
                    f"The service's answer does not say in which region {place.bucket} is."
                )
            pair = Keys(keys.access_key_id, keys.secret_access_key, keys.session_token)
            given = signed(pair, S3, region, method, url, headers or {}, body)
            return Url(method, url, given, keys.expiration)

        def send(request: Url) -> Answer:
            answer = attempt(
                lambda: self.service.wire.send(method, url, request.headers, body or None)
            )
            # A proxy may answer with what it got, and an error shows what S3 says.
            token = request.headers["X-Amz-Security-Token"].encode()
            return answer._replace(body=answer.body.replace(token, b"..."))

        return send_with_retries(action, None, sign, send, patience or self.service.patience)

    def _vend_or_explain(self) -> Credentials:
        try:
            return self._vend()
        except ServiceError as error:
            if error.code not in NO_SESSION:
                raise
            raise refusal(error.asked, error.problem, [*error.notes, OTHERWISE]) from None

    def _bucket_url(self, method: str, place: Place) -> str:
        with self._lock:
            if place.bucket not in self._urls:
                allowed = method if method in READS else WRITES
                self._urls[place.bucket] = bucket_url(self.service, allowed, place)
            return self._urls[place.bucket]
