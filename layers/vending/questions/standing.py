"""The catalogue as texts of its entries, now or in the past."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from vending.callers.issuer import Issuer
from vending.catalogue.batches import encode
from vending.catalogue.history import Event
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.grants.grant import Grant
from vending.grants.keys import SCHEME, Keys
from vending.grants.location import Location

KINDS = ("grant", "issuer", "location")

type Texts = Mapping[str, Mapping[str, str]]  # of entries, by kind and id


@dataclass(frozen=True, slots=True)
class Standing:
    """All entries as JSON text, at a revision. Only those that a question needs are parsed."""

    revision: int
    texts: Texts

    def brought_to(self, revision: int, since: Iterable[Event]) -> "Standing | None":
        """The catalogue at a later revision, by the events since this one; None if some are lost.

        Later events are left aside. Entries may be of any revision in between already.
        """
        texts = {kind: dict(entries) for kind, entries in self.texts.items()}
        reached = self.revision
        for number, group in groupby(since, lambda one: one.revision):
            if number > revision:
                break
            events = list(group)
            if number != reached + 1 or len(events) != events[0].count:
                return None
            for event in events:
                if event.kind in texts:
                    _apply(event, texts[event.kind])
            reached = number
        return Standing(revision, texts) if reached == revision else None

    def grants(
        self, near: Sequence[Collection[str]], target: Keys | None = None
    ) -> Iterator[Grant]:
        """Yield the grants whose text has one of each of ``near``, which are as ``encode`` writes.

        With a ``target``, only those whose scope begins as it does, as far as both are literal.
        Others may be among them: reach sorts them out.
        """
        begins = _Begins.of(target) if target else None
        for text in self.texts["grant"].values():
            if begins and not begins.fits(text):
                continue
            if all(any(one in text for one in ones) for ones in near):
                yield GrantBody.stored_grant(text)

    def names(self, *texts: str) -> bool:
        """Whether the text of any grant has one of these, which are as ``encode`` writes."""
        return any(one in text for text in self.texts["grant"].values() for one in texts)

    def locations(self, bucket: str | None = None) -> Iterator[Location]:
        """Yield the locations, or that of a bucket."""
        texts = self.texts["location"]
        found = texts.values() if bucket is None else filter(None, [texts.get(bucket)])
        return map(LocationBody.stored_location, found)

    def issuers(self) -> Iterator[Issuer]:
        """Yield the issuers."""
        return map(IssuerBody.stored_issuer, self.texts["issuer"].values())

    def trusted(self) -> dict[str, Issuer]:
        """The issuers by URL."""
        return {one.url: one for one in self.issuers()}


def in_bucket(bucket: str) -> str:
    """The text that each grant with a scope in the bucket has, as ``encode`` writes it."""
    return f'"scope":"{SCHEME}{bucket}/'


def _apply(event: Event, entries: dict[str, str]) -> None:
    if event.after is None:
        entries.pop(event.id, None)
    else:
        entries[event.id] = encode(event.after)


@dataclass(frozen=True, slots=True)
class _Begins:
    """How a grant's text has to look for its scope to share keys with a target."""

    scope: re.Pattern[str]  # finds what its key begins with, up to a variable
    key: str

    @classmethod
    def of(cls, target: Keys) -> Self:
        begin = re.escape(in_bucket(target.bucket))
        literal = r'[^"$*\\]*'  # an escaped character ends it too, in both texts
        key = re.match(literal, encode(target.key)[1:-1])
        return cls(re.compile(f"{begin}({literal})"), key[0] if key else "")

    def fits(self, text: str) -> bool:
        """Whether one begins with the other."""
        if not (found := self.scope.search(text)):
            return False
        return self.key.startswith(found[1]) or found[1].startswith(self.key)
