"""How many requests and URLs somebody gets in a minute, at most."""

from dataclasses import dataclass

REQUESTS = 60_000  # in a minute; DynamoDB adds to one item a thousand times in a second
URLS = 600_000_000  # in a minute; so many requests in compact form have no more


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many in a minute; None: any number."""

    requests: int | None = None
    urls: int | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to count."""
        return self.requests is not None or self.urls is not None

    def as_json(self) -> dict[str, int]:
        """As in ``vending.yaml``."""
        given = {"requests": self.requests, "urls": self.urls}
        return {name: most for name, most in given.items() if most is not None}

    def gives_no_more(self, than: "RateLimit") -> bool:
        """Whether nobody gets more under this one than under the other."""
        mine = self.as_json()
        return all(name in mine and mine[name] <= most for name, most in than.as_json().items())
