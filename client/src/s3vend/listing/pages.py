"""Pages of one list: the service signs a URL for each, or for several in one request."""

from collections.abc import Generator, Mapping, Sequence
from functools import partial

from s3vend.errors import TransferError, Unreachable
from s3vend.http.patience import Patience
from s3vend.http.wire import Answer
from s3vend.listing.page import NotWhole, Page, read_page
from s3vend.listing.target import Below
from s3vend.presigning.batches import presign_urls
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer.crew import Crew, at_once
from s3vend.transfer.storage import Lifetimes, send_with_retries

Members = Mapping[str, object]


class Pages:
    """Reads the pages of a list of ``wanted``; ``members`` are those of all requests."""

    def __init__(self, wanted: Below, service: Service, members: Members) -> None:
        self._wanted, self._service = wanted, service
        self._members = {"method": "LIST", "target": wanted.target, **members}
        self._lifetimes = Lifetimes()
        self._seen = set[int]()  # of the tokens, which may be long

    def read(self, members: Members) -> Page:
        """Read a page; raises as `list_objects`, as all of these do."""
        return self._read({**self._members, **members}, None, self._service.patience)

    def following(self, page: Page) -> Page | None:
        """Read the page that follows; None if it was the last."""
        if page.token is None:
            return None
        if hash(page.token) in self._seen:
            raise TransferError(
                f"S3's list of {self._wanted.target} leads back to an earlier page. Nothing more "
                "is listed."
            )
        self._seen.add(hash(page.token))
        return self.read({"continuationToken": page.token})

    def read_together(self, several: Sequence[Members]) -> Generator[Page, None, None]:
        """Read several pages at once, with one request to the service, and yield them in order."""
        if len(several) == 1:
            yield self.read(several[0])
            return
        requests = [{**self._members, **members} for members in several]
        crew: Crew[None] = Crew(len(requests))
        patience = self._service.patience._replace(sleep=crew.pause)
        works = [
            partial(self._read, request, url, patience)
            for request, url in zip(requests, self._sign(requests), strict=True)
        ]
        try:
            yield from at_once(works)
        finally:
            crew.stop.set()

    def _sign(self, requests: Sequence[Members]) -> list[Url]:
        return self._lifetimes.request(
            lambda seconds: presign_urls(self._service, requests, seconds)
        )

    def _read(self, request: Members, signed: Url | None, patience: Patience) -> Page:
        wanted, wire, found = self._wanted, self._service.wire, list[Page | None]()

        def sign() -> Url:
            [url] = self._sign([request])
            return url

        def send(url: Url) -> Answer:
            answer = wire.send("GET", url.url, url.headers)
            if answer.status == 200:
                try:
                    found[:] = [read_page(answer.body, wanted)]
                except NotWhole:
                    raise Unreachable(
                        f"S3's list of {wanted.target} is cut off, or is not XML. Try again."
                    ) from None
            return answer

        send_with_retries(f"list {wanted.target}", signed, sign, send, patience)
        [page] = found or [None]
        if page is None:
            raise TransferError(
                f"What answered for {wanted.target} is not a list of S3. Check the service's "
                "address and the proxy."
            )
        return page
