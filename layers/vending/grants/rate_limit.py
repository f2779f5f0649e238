"""A rate limit: how many requests and URLs a caller may get in one minute."""

from dataclasses import dataclass

REQUESTS = 60_000  # per minute; DynamoDB can update one item a thousand times per second
URLS = 600_000_000  # per minute; `REQUESTS` compact requests cannot return more


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The highest numbers per minute; None: no limit."""

    requests: int | None = None
    urls: int | None = None

    def __bool__(self) -> bool:
        """Whether either number is limited."""
        return self.requests is not None or self.urls is not None

    def as_json(self) -> dict[str, int]:
        """Return the rate limit as in ``vending.yaml``."""
        members = {"requests": self.requests, "urls": self.urls}
        return {name: limit for name, limit in members.items() if limit is not None}

    def gives_no_more(self, than: "RateLimit") -> bool:
        """Whether this rate limit allows no more than ``than`` does."""
        own = self.as_json()
        return all(name in own and own[name] <= limit for name, limit in than.as_json().items())
