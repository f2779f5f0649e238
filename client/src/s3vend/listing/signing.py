"""Requests to S3 by URLs that the service signs one at a time, and signs again if need be."""

from collections.abc import Callable, Mapping

from s3vend.http.wire import Answer
from s3vend.presigning.batches import presign_urls
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer.storage import Lifetimes, send_with_retries


def send_signed(
    action: str,
    request: Mapping[str, object],
    send: Callable[[Url], Answer],
    service: Service,
    lifetimes: Lifetimes,
) -> Answer:
    """Have the service sign a request, send it to S3, and return the answer.

    Raises as `send_with_retries`, which also says what ``action`` and ``send`` are.
    """

    def sign() -> Url:
        [url] = lifetimes.request(lambda seconds: presign_urls(service, [request], seconds))
        return url

    return send_with_retries(action, None, sign, send, service.patience)
