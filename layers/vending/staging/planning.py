"""Checks a staged document: part by part, then as a whole, then test by test, until it is planned.

Each step is kept, so that the next request continues after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice

from vending.drafts.found import Found, found_in
from vending.drafts.groups import items_of, transactions
from vending.drafts.guarded import Guard, Verdict, encode_verdicts, read_verdicts
from vending.drafts.pages import pages
from vending.drafts.part import GrantsPart, hash_of, read_part
from vending.drafts.request import document_of
from vending.drafts.summary import planned_of
from vending.drafts.whole import Checked, Whole
from vending.errors import Fault, InternalError, InvalidRequest
from vending.questions.standing import Standing
from vending.staging.effects import SECONDS, Effects
from vending.staging.staged import Staged

WHOLE_BY = 8.0  # seconds; later, the next request looks at the document as a whole
PART, FOUND, JUDGED = "part", "found", "judged"


def name_of(kind: str, *numbers: int) -> str:
    """The name of a text of a staged change; names sort by their numbers.

    What was found has the revision as its first number: a request that is late by a revision must
    not replace what the next one found.
    """
    return "#".join([kind, *(f"{number:09}" for number in numbers)])


def part_name(number: int, hashed: str) -> str:
    """The name of a part's text, by its hash too: one that comes late must replace no other."""
    return f"{name_of(PART, number)}#{hashed}"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts: those of grants by their numbers, and the document of all others."""

    grants: dict[int, GrantsPart]
    whole: Whole


def plan(staged: Staged, effects: Effects) -> Staged:
    """Check what is next, for as long as a request may take; ``staged`` is restarted or continued.

    Raises:
        InvalidRequest: the document has faults, or a test does not allow its changes.
        Unavailable: the table failed.
    """
    standing = effects.standing()
    if standing.revision != staged.base:  # it changed just now; the next request checks again
        return staged
    parts = _read(staged, standing, effects)
    start = staged
    staged, found = _check_parts(staged, parts, effects)
    missing = len(parts.grants) - staged.checked
    if missing or (staged.checked > start.checked and effects.seconds() > WHOLE_BY):
        return staged
    offsets = [staged.offset(number, "grants") for number in parts.grants]
    checked = Checked(parts.whole, found, offsets)
    if faults := checked.faults():
        raise InvalidRequest("The document cannot be applied.", faults=faults)
    drafts = checked.drafts(parts.grants.values())
    guard = Guard(checked, drafts)
    staged, verdicts = _judge(staged, guard, effects)
    if verdicts is None:
        return staged
    return _planned(staged, parts, guard, verdicts, effects)


def _read(staged: Staged, standing: Standing, effects: Effects) -> _Parts:
    grants, others = dict[int, GrantsPart](), []
    names = {part_name(number, part.kept): number for number, part in staged.parts.items()}
    for at, text in _texts(staged, name_of(PART), effects):
        number = names.get(f"{name_of(PART)}#{at}")
        if number is None:
            continue  # it was replaced, or came too late
        if hash_of(text) != staged.parts[number].kept:
            raise InternalError("Something went wrong here.", reason="PartDamaged")
        part = read_part(text)
        if isinstance(part, GrantsPart):
            grants[number] = part
        else:
            others.append(part)
    if len(grants) + len(others) != staged.announced.parts:
        raise InternalError("Something went wrong here.", reason="PartMissing")
    told = staged.announced
    request = document_of(others, told.entries, owner=told.owner, prune=told.prune)
    whole = Whole(request, standing, effects.tests(), effects.setting)
    return _Parts(grants, whole)


def _check_parts(staged: Staged, parts: _Parts, effects: Effects) -> tuple[Staged, Sequence[Found]]:
    """Check the parts of grants that are left, and return what is known of all."""
    kept = islice(_texts(staged, name_of(FOUND, staged.base), effects), staged.checked)
    found = [Found.read(text) for _, text in kept]
    before, took = staged, 0.0
    for number, part in list(parts.grants.items())[staged.checked :]:
        began = effects.seconds()
        if took and began + took > SECONDS:
            break
        offset = staged.offset(number, "grants")
        one = found_in(part, offset, parts.whole.proposal, parts.whole.stands)
        effects.keep(staged, name_of(FOUND, staged.base, number), one.encode())
        found.append(one)
        staged = replace(staged, checked=len(found))
        took = max(took, effects.seconds() - began)
    if staged != before:
        effects.save(staged, before)
    return staged, found


def _judge(staged: Staged, guard: Guard, effects: Effects) -> tuple[Staged, list[Verdict] | None]:
    """Judge the tests that are left; None as long as there are some."""
    tests = guard.tests()
    faults = guard.faults(tests)
    kept = _texts(staged, name_of(JUDGED, staged.base), effects)
    verdicts = [one for _, text in kept for one in read_verdicts(text)]
    before, new = staged, list[Verdict]()
    for broken in guard.judged(tests[staged.judged :]):
        new += broken
        staged = replace(staged, judged=staged.judged + 1)
        if effects.seconds() > SECONDS:
            break
    if staged != before:
        named = name_of(JUDGED, staged.base, before.judged, staged.judged)
        effects.keep(staged, named, encode_verdicts(new))
        effects.save(staged, before)
    if staged.judged < len(tests):
        return staged, None
    verdicts = list(dict.fromkeys([*verdicts, *new]))  # two requests may have judged the same
    refused = [Fault(one.pointer, one.detail) for one in verdicts if one.refuses]
    if faults or refused:
        raise InvalidRequest("The tests do not allow these changes.", faults=[*faults, *refused])
    return staged, verdicts


def _planned(
    staged: Staged, parts: _Parts, guard: Guard, verdicts: Sequence[Verdict], effects: Effects
) -> Staged:
    drafts = guard.drafts
    items = items_of(drafts, parts.whole.standing.texts["grant"])
    made, faults = transactions(drafts, items)
    if faults:
        raise InvalidRequest("The document cannot be applied.", faults=faults)
    texts = list(pages(staged.base, made))
    digest = sha256("".join(text for _, text in texts).encode()).hexdigest()
    plan = planned_of(guard, verdicts, parts.grants.values(), (len(made), digest))
    planned = replace(staged, state="planned", plan=plan)
    for at, text in texts:
        effects.keep(planned, at, text)
    effects.save(planned, staged)
    return planned


def _texts(staged: Staged, name: str, effects: Effects) -> Iterator[tuple[str, str]]:
    """Yield the texts whose names begin with this one, each with the rest of its name."""
    begin = f"{name}#"
    for at, text in effects.kept(staged, begin):
        if not at.startswith(begin):
            return
        yield at.removeprefix(begin), text
