"""Judges the tests that a staged document can break, one by one, so that it can be continued."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, partial

from vending.catalogue.batches import encode
from vending.catalogue.plan import fault_of, refusing, unreadable, weakened
from vending.catalogue.proposal import Proposal
from vending.documents.grant import GrantBody
from vending.drafts.changed import Draft
from vending.drafts.whole import Checked
from vending.errors import Fault
from vending.expectations.guard import Catalogues, Touched, broken_parts
from vending.grants.expectation import Expectation, buckets_of
from vending.grants.grant import Grant
from vending.questions.standing import in_bucket
from vending.reach.document import Document
from vending.table import key_parts, refuse_damaged_item


@dataclass(frozen=True, slots=True)
class Verdict:
    """A part of a test that does not hold after the changes."""

    test: str
    pointer: str
    detail: str
    refuses: bool


class Guard:
    """The tests of a document, before and after its changes."""

    def __init__(self, checked: Checked, drafts: Sequence[Draft]) -> None:
        self.checked, self.drafts = checked, drafts
        self._documents: dict[tuple[frozenset[str], bool], Document] = {}

    @property
    def proposal(self) -> Proposal:
        """The catalogue as it will be, without grants."""
        return self.checked.proposal

    def tests(self) -> list[Expectation]:
        """The tests that the changes can break, and those that are new; always in one order.

        Those of the same buckets come together, since they are judged with the same grants.
        """
        new, touched = self._new, self._touched()
        found = [
            one for one in self.proposal.expected.values() if one.id in new or touched.touches(one)
        ]
        return sorted(found, key=lambda one: (sorted(one.buckets), one.id))

    def faults(self, tests: Sequence[Expectation]) -> list[Fault]:
        """Tests that are weakened beside other changes, or are about nobody."""
        named = ((one.change.kind, one.change.id) for one in self.drafts)
        other = next((one for one in named if one[0] != "test"), None)
        faults = list(weakened((one for one in self.checked.others if one.kind == "test"), other))
        stray = unreadable(tests, self.proposal)
        states = refusing(narrows=self.narrows)
        return [*faults, *(fault for _, fault, state in stray if state in states)]

    def stray(self, tests: Sequence[Expectation]) -> list[tuple[str, Fault]]:
        """The id and the reason for each test that is about nobody."""
        return [(id_, fault) for id_, fault, _ in unreadable(tests, self.proposal)]

    def judged(self, tests: Iterable[Expectation]) -> Iterator[list[Verdict]]:
        """Yield for each test what does not hold of it after the changes."""
        for test in tests:
            buckets = buckets_of([test])
            before, after = partial(self._document, buckets, after=False), self._document(buckets)
            broken = broken_parts([test], self._new, Catalogues(before, after, self._changed))
            yield [
                Verdict(test.id, *fault_of(one, self.proposal), one.refuses(narrows=self.narrows))
                for one in broken
            ]

    @cached_property
    def narrows(self) -> bool:
        """Whether the document gives nobody more access."""
        return all(one.narrows or one.described for one in self.drafts)

    @cached_property
    def _real(self) -> list[Draft]:
        return [one for one in self.drafts if not one.described]

    @cached_property
    def _new(self) -> frozenset[str]:
        return frozenset(one.change.id for one in self._real if one.change.kind == "test")

    @cached_property
    def _changed(self) -> frozenset[str] | None:
        """The grants that change; None: issuers or locations do."""
        if {one.change.kind for one in self._real} <= {"grant", "test"}:
            return frozenset(one.change.id for one in self._real if one.change.kind == "grant")
        return None

    def _touched(self) -> Touched:
        """As ``Touched.of``; grants are told by their decision items."""
        grants = [one for one in self._real if one.change.kind == "grant"]
        openings = frozenset((key.sk, issuer_in(key.pk)) for one in grants for key in one.keys)
        others = [one for one in self.checked.others if one.kind != "grant"]
        entries = [entry for one in others if not one.is_described for entry in one.entries]
        of_others = Touched.of(entries)
        granted = frozenset(bucket for bucket, _ in openings)
        return Touched(openings, granted, of_others.buckets, of_others.issuers)

    def _document(self, buckets: frozenset[str], *, after: bool = True) -> Document:
        """The catalogue in these buckets, after or before the changes."""
        key = buckets, after
        if key not in self._documents:
            self._documents = {one: of for one, of in self._documents.items() if one[0] == buckets}
            proposal, setting = self.proposal, self.proposal.setting
            issuers = proposal.trusted if after else proposal.stored.issuers
            places = proposal.registered if after else proposal.stored.locations
            texts = self._after if after else self.checked.whole.standing.texts["grant"]
            self._documents[key] = Document(
                tuple(_within(buckets, texts.values())),
                tuple(issuers.values()),
                tuple(places.values()),
                setting.now,
                tuple(setting.never_lent()),
            )
        return self._documents[key]

    @cached_property
    def _after(self) -> Mapping[str, str]:
        """The texts of all grants after the changes, by id."""
        texts = dict(self.checked.whole.standing.texts["grant"])
        for change in (one.change for one in self.drafts if one.change.kind == "grant"):
            if change.after is None:
                texts.pop(change.id, None)
            else:
                texts[change.id] = change.after
        return texts


def _within(buckets: frozenset[str], texts: Iterable[str]) -> Iterator[Grant]:
    """The grants in these buckets; of the others, few are parsed."""
    scopes = tuple(map(in_bucket, buckets))
    for text in texts:
        if any(scope in text for scope in scopes):
            grant = GrantBody.stored_grant(text)
            if grant.scope.bucket in buckets:
                yield grant


def issuer_in(grantee_key: str) -> str | None:
    """The issuer's URL in a grantee key; None for one of IAM."""
    kind, issuer, *_ = key_parts(grantee_key)
    return issuer if kind == "oidc" else None


def encode_verdicts(verdicts: Iterable[Verdict]) -> str:
    """As JSON for the table."""
    return encode([asdict(one) for one in verdicts])


def read_verdicts(text: str) -> list[Verdict]:
    """Read what ``encode_verdicts`` wrote; raises ``InternalError`` for anything else."""
    with refuse_damaged_item():
        return [Verdict(**one) for one in json.loads(text)]
