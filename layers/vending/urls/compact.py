"""Requests whose URLs differ only in the key: the compact form, and plain batches; and parsing."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from json import JSONDecoder
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from vending.bodies import strict_json
from vending.bodies.fields import KeyPrefix, Listed, between
from vending.bodies.parse import BODY_BYTES, check_size, checked, invalid
from vending.decision.wanted import WantedKeys, Wants
from vending.errors import Fault
from vending.grants.keys import SCHEME, Keys, are_keys, check_bucket, wrong_keys
from vending.sigv4.presign import PERMISSION_FOR, Method
from vending.urls.request import REQUESTS, Reading, Signed, Uploading, UrlRequest, UrlsRequest

KEYS = 10_000
COMPACT_BYTES = 5 * 1024 * 1024
_DECODER = JSONDecoder()
PLAIN_CHARACTERS = BODY_BYTES // 4  # a character has up to 4 bytes


class Compact(Signed):
    """A request in the compact form: one method and its members, for keys below one prefix."""

    pointer: ClassVar[str] = "/keys"

    format: Literal["compact"]
    method: Method
    prefix: KeyPrefix
    keys: Annotated[Listed[str], between(1, KEYS)]
    expires_in: int

    def faults(self) -> Iterator[Fault]:
        """Each key that is not valid below the prefix."""
        for position, reason in wrong_keys(self.prefix.key, self.keys):
            yield Fault(f"/keys/{position}", reason)

    @property
    def wanted(self) -> Wants:
        """All keys, checked together."""
        return (WantedKeys(self.prefix, self.keys, PERMISSION_FOR[self.method], self.pointer),)


class CompactReading(Compact, Reading):
    """The compact form for `GET` and `HEAD`."""

    method: Literal["GET", "HEAD"]


class CompactUpload(Compact, Uploading):
    """The compact form for `PUT`."""

    method: Literal["PUT"]


class CompactDeletion(Compact):
    """The compact form for `DELETE`."""

    method: Literal["DELETE"]


COMPACT: Mapping[str, type[Compact]] = {
    "GET": CompactReading,
    "HEAD": CompactReading,
    "PUT": CompactUpload,
    "DELETE": CompactDeletion,
}


class Alike(NamedTuple):
    """URLs that have one method, one bucket, and no other members; in either form."""

    method: Method
    prefix: Keys  # in the full form the whole bucket
    keys: tuple[str, ...]  # without the prefix
    expires_in: int
    is_compact: bool

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read the usual body in one pass; None for every other body, which pydantic judges.

        JSON is read without a hook for each object. Names that appear twice make more quotes than
        a body of this shape has.
        """
        bare = text.replace("\\\\", "").replace('\\"', "") if "\\" in text else text
        quotes = bare.count('"')
        try:
            if '"requests"' not in text:
                return cls._compact(_read(text), quotes)
            items = text.count('"method"')
            if 1 <= items <= REQUESTS and quotes == 4 + 8 * items and len(text) <= PLAIN_CHARACTERS:
                return cls._full(_read(text), items)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
            return None
        return None

    @classmethod
    def _full(cls, body: Any, count: int) -> Self | None:
        expires_in, items = body["expiresIn"], body["requests"]
        pairs = [(one["method"], one["target"]) for one in items if len(one) == 2]
        (method,), first = {method for method, _ in pairs}, pairs[0][1]
        base = first[: first.index("/", len(SCHEME)) + 1]
        keys = tuple([target[len(base) :] for _, target in pairs if target.startswith(base)])
        check_bucket(bucket := base[len(SCHEME) : -1])
        if (
            not base.startswith(SCHEME)
            or len(body) != 2
            or not len(items) == len(keys) == count
            or type(expires_in) is not int
            or method not in COMPACT
            or not are_keys("", keys)
            or "*/" in f"{'/'.join(keys)}/"  # one may end with a star, which is not a key
        ):
            return None
        return cls(method, Keys(bucket, "", is_prefix=True), keys, expires_in, is_compact=False)

    @classmethod
    def _compact(cls, body: Any, quotes: int) -> Self | None:
        method, prefix, keys = body["method"], body["prefix"], body["keys"]
        expires_in = body["expiresIn"]
        if (
            body["format"] != "compact"
            or type(keys) is not list
            or quotes != 2 * (5 + 3 + len(keys))  # of the names, of text, and of the keys
            or not 1 <= len(keys) <= KEYS
            or type(expires_in) is not int
            or method not in COMPACT
            or method == "PUT"  # a grant may ask for more members of an upload
        ):
            return None
        below = _below(f"{prefix}*")
        if not are_keys(below.key, keys):
            return None
        return cls(method, below, tuple(keys), expires_in, is_compact=True)

    @property
    def pointer(self) -> str:
        """Where the keys are in the body."""
        return "/keys" if self.is_compact else "/requests"

    @property
    def headers(self) -> dict[str, str]:
        """No headers need to be sent."""
        return {}

    @property
    def query(self) -> dict[str, str]:
        """No query parameters but those of every URL."""
        return {}

    @property
    def wanted(self) -> Wants:
        """All keys, checked together."""
        permission, member = PERMISSION_FOR[self.method], "" if self.is_compact else "/target"
        return (WantedKeys(self.prefix, self.keys, permission, self.pointer, member),)

    @property
    def requests(self) -> tuple[UrlRequest, ...]:
        """The items one by one, for a grant that has limits for each."""
        items = [
            {"method": self.method, "target": {"bucket": self.prefix.bucket, "key": key}}
            for key in self.keys
        ]
        return checked(UrlsRequest, {"expiresIn": self.expires_in, "requests": items}).requests


_below = lru_cache(maxsize=1000)(Keys.parse)  # callers ask for one prefix again and again


def _read(text: str) -> Any:
    """The JSON in the text, with less around it than ``json.loads`` has."""
    body, end = _DECODER.raw_decode(bare := text.strip(" \t\r\n"))
    if end != len(bare):
        raise ValueError("more than one document")
    return body


def parse_urls(text: str) -> UrlsRequest | Alike | Compact:
    """The request for URLs, in the form that the body has.

    Raises:
        TooLarge: more than ``BODY_BYTES``, or in the compact form ``COMPACT_BYTES``.
        InvalidRequest: as in ``parse``.
    """
    check_size(text, COMPACT_BYTES)
    if alike := Alike.read(text):
        return alike
    members, json_faults = strict_json.read_strictly(text)
    if not isinstance(members, dict) or "format" not in members:
        check_size(text, BODY_BYTES)
        return checked(UrlsRequest, members, json_faults)
    method = members.get("method")
    if not isinstance(method, str) or method not in COMPACT:
        raise invalid(
            [*json_faults, Fault("/method", "must be GET, HEAD, PUT or DELETE in the compact form")]
        )
    return checked(COMPACT[method], members, json_faults)
