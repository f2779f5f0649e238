"""The catalogue as texts of its entries, now or in the past."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vending.callers.issuer import Issuer
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.grants.grant import Grant
from vending.grants.location import Location

KINDS = ("grant", "issuer", "location")

type Texts = Mapping[str, Mapping[str, str]]  # of entries, by kind and id


@dataclass(frozen=True, slots=True)
class Standing:
    """All entries as JSON text, at a revision. Only those that a question needs are parsed."""

    revision: int
    texts: Texts

    def grants(self, near: Sequence[Collection[str]]) -> Iterator[Grant]:
        """Yield the grants whose text has one of each of ``near``, which are as ``encode`` writes.

        Others may have such a text in a description: reach sorts them out.
        """
        for text in self.texts["grant"].values():
            if all(any(one in text for one in ones) for ones in near):
                yield GrantBody.stored_grant(text)

    def names(self, *texts: str) -> bool:
        """Whether the text of any grant has one of these, which are as ``encode`` writes."""
        return any(one in text for text in self.texts["grant"].values() for one in texts)

    def locations(self) -> Iterator[Location]:
        """Yield the locations."""
        return map(LocationBody.stored_location, self.texts["location"].values())

    def issuers(self) -> Iterator[Issuer]:
        """Yield the issuers."""
        return map(IssuerBody.stored_issuer, self.texts["issuer"].values())

    def trusted(self) -> dict[str, Issuer]:
        """The issuers by URL."""
        return {one.url: one for one in self.issuers()}


def in_bucket(bucket: str) -> str:
    """The text that each grant with a scope in the bucket has, as ``encode`` writes it."""
    return f'"scope":"s3://{bucket}/'
