"""A staged document as a whole: what takes all of its parts to check, and its changes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from vending.catalogue.changes import Change, with_revocations
from vending.catalogue.checks import CHECKS
from vending.catalogue.plan import differences
from vending.catalogue.proposal import Proposal, Setting, Stored, needs_all_grants
from vending.catalogue.warnings import Warned, unacknowledged
from vending.documents.document import ChangesRequest
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.drafts.changed import Changed, Draft
from vending.drafts.found import IDENTICAL, Found, alike
from vending.drafts.part import GrantsPart
from vending.errors import Fault
from vending.grants.expectation import Expectation
from vending.grants.grant import Grant
from vending.grants.keys import SCHEME
from vending.questions.standing import Standing
from vending.table import refuse_damaged_item


class Whole:
    """The other lists of a document, and the catalogue as it stands at one revision.

    ``request`` has an empty list of grants, if the document has one; ``tests`` are those that
    stand.
    """

    def __init__(
        self,
        request: ChangesRequest,
        standing: Standing,
        tests: Mapping[str, Expectation],
        setting: Setting,
    ) -> None:
        self.request, self.standing = request, standing
        self.tests, self.setting = tests, setting

    @cached_property
    def stored(self) -> Stored:
        """The entries that stand, without grants."""
        texts = self.standing.texts
        return Stored(
            {},
            {id_: IssuerBody.stored_issuer(text) for id_, text in texts["issuer"].items()},
            {id_: LocationBody.stored_location(text) for id_, text in texts["location"].items()},
            self.tests,
        )

    @cached_property
    def proposal(self) -> Proposal:
        """The catalogue as it will be, without grants."""
        return Proposal.of(self.request, self.stored, self.setting)

    def stands(self, id_: str) -> str | None:
        """The text of a grant that stands."""
        return self.standing.texts["grant"].get(id_)

    def unnamed(self, names: Mapping[str, int]) -> dict[str, Grant]:
        """The grants that stand and are not in the document, if it may concern them."""
        if not needs_all_grants(self.request, self.stored.issuers, self.stored.locations):
            return {}
        texts = self.standing.texts["grant"]
        return {
            id_: GrantBody.stored_grant(text) for id_, text in texts.items() if id_ not in names
        }


class Checked:
    """A document of which each part is checked. Positions are those of the document.

    ``found`` is what was found in each part of grants, ``offsets`` how many grants come before it.
    """

    def __init__(self, whole: Whole, found: Sequence[Found], offsets: Sequence[int]) -> None:
        self.whole, self.found, self.offsets = whole, found, offsets

    @cached_property
    def names(self) -> dict[str, int]:
        """The ids of the document's grants, each with its first position."""
        names: dict[str, int] = {}
        for position, id_ in enumerate(one for found in self.found for one in found.ids):
            names.setdefault(id_, position)
        return names

    @cached_property
    def proposal(self) -> Proposal:
        """As that of ``whole``, with the grants that the document does not name."""
        whole = self.whole
        stored = replace(whole.stored, grants=whole.unnamed(self.names))
        return Proposal.of(whole.request, stored, whole.setting)

    @cached_property
    def others(self) -> list[Change]:
        """The changes of entries that are no grants of the document."""
        return differences(self.proposal, self.whole.request, self.proposal.stored)

    def faults(self) -> list[Fault]:
        """All faults, those of the other lists first; each once."""
        own = [fault for check in CHECKS for fault in check(self.proposal)]
        own += self._repeated()
        return list(dict.fromkeys([*own, *(one for found in self.found for one in found.faults)]))

    def _repeated(self) -> Iterator[Fault]:
        ids = (one for found in self.found for one in found.ids)
        for position, id_ in enumerate(ids):
            if (first := self.names[id_]) != position:
                detail = f"{id_!r} is already used at /grants/{first}"
                yield Fault(f"/grants/{position}/id", detail)

    def warnings(self, acknowledged: Mapping[int, Iterable[str]]) -> tuple[list[Warned], int]:
        """The warnings that are known, and how many more there are.

        ``acknowledged`` are the codes that each grant of the document acknowledges.
        """
        own = list(unacknowledged(self.proposal))
        own += self._identical(acknowledged)
        listed = dict.fromkeys([*own, *(one for found in self.found for one in found.warnings)])
        return list(listed), sum(found.more for found in self.found)

    def _identical(self, acknowledged: Mapping[int, Iterable[str]]) -> Iterator[Warned]:
        """Grants that differ from another one by their names alone, in any of the parts."""
        first = {
            alike(one): f"the stored grant {one.id!r}" for one in self.proposal.unchanged_grants
        }
        each = (one for found in self.found for one in zip(found.ids, found.alike, strict=True))
        for position, (id_, allows) in enumerate(each):
            own, where = f"{id_!r} at /grants/{position}", f"/grants/{position}"
            same = first.setdefault(allows, own)
            says = IDENTICAL in acknowledged.get(position, ())
            if same != own and not says:
                yield Warned(IDENTICAL, f"{where}/id", f"allows the same as {same}; remove one")
            elif same == own and says:
                detail = f"this entry has no warning {IDENTICAL}; remove the acknowledgement"
                yield Warned("NothingAcknowledged", f"{where}/acknowledge/{IDENTICAL}", detail)

    def drafts(self, parts: Iterable[GrantsPart]) -> list[Draft]:
        """All changes; ``parts`` are those of grants, in their order."""
        drafts = [Draft.of(one) for one in self.others]
        for part, found, offset in zip(parts, self.found, self.offsets, strict=True):
            for made in found.made:
                id_ = found.ids[made.position]
                pointer = f"/grants/{offset + made.position}"
                after = part.texts[made.position]
                change = Changed("grant", id_, pointer, self.whole.stands(id_), after)
                drafts.append(Draft(change, made.narrows, made.described, made.closes, made.keys))
        return drafts

    @cached_property
    def ending(self) -> list[Change]:
        """Changes of issuers and locations that take something from grants, which they name."""
        others = [one for one in self.others if one.closes_for]
        places = {one.closes_for for one in others}
        texts = self.whole.standing.texts["grant"].values() if places else ()
        near = (GrantBody.stored_grant(text) for text in texts if places & _places(text))
        return with_revocations(others, near, self.whole.setting.role_arn)


def _places(text: str) -> set[str | None]:
    """The bucket and the issuer in a grant's text: most are not parsed as grants."""
    with refuse_damaged_item():
        members = json.loads(text)
        bucket = members["scope"].removeprefix(SCHEME).partition("/")[0]
        return {bucket, members["grantee"].get("issuer")}
