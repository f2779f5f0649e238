"""``POST /admin/staged/{id}/commit``: the next seconds of work on a staged change."""

from dataclasses import replace

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.errors import AccessDenied, Fault, InvalidRequest, NotFound, PreconditionFailed
from vending.staging.effects import Effects
from vending.staging.planning import plan
from vending.staging.request import CommitRequest
from vending.staging.revision import Revision, running
from vending.staging.staged import Staged
from vending.staging.writing import record_late, write

WRITE_BY = 15.0  # seconds; later, the next request begins to write


def commit(
    request: CommitRequest, id_: str, caller: Caller, record: Record, effects: Effects
) -> dict[str, object]:
    """Check the document, then write it unless it is a dry run; both as far as time allows.

    To be repeated until the state is ``planned``, for a dry run, or ``applied``. Idempotent.

    Raises:
        NotFound: there is no such change any more.
        AccessDenied: somebody else staged it.
        InvalidRequest: parts are missing, or the document has faults; nothing is written.
        ChangeRunning: another staged change is being written.
        PreconditionFailed: the table has moved on from the revision that was named, or the change
            is cancelled.
        Unavailable: the table failed.
    """
    record.note(staged=id_, dryRun=request.dry_run)
    before = own(id_, caller, effects)
    try:
        return _answer(*_worked(request, before, effects), record, effects)
    except PreconditionFailed:
        staged, revision = own(id_, caller, effects), effects.revision()
        if staged.state == "cancelled" or (staged == before and revision.staged != id_):
            raise
        # Another request of its author is at work: of a command that was interrupted, perhaps.
        return _answer(staged, revision, record, effects)


def _worked(request: CommitRequest, staged: Staged, effects: Effects) -> tuple[Staged, Revision]:
    """The change and the revision after the next step."""
    revision = effects.revision()
    if revision.staged == staged.id:
        staged = found(staged.id, effects)  # another request may have begun to write it just now
    if staged.state == "applied":
        return record_late(staged, staged.transactions, effects), revision
    if staged.state == "cancelled":
        raise PreconditionFailed("The staged change was cancelled; stage the document again.")
    if staged.state == "writing" and request.dry_run:
        return staged, revision
    if staged.state != "writing":
        staged = _checked(request, staged, revision, effects)
        if staged.state != "planned" or request.dry_run or effects.seconds() > WRITE_BY:
            return staged, revision
        if not staged.transactions:  # nothing to change
            applied = replace(staged, state="applied")
            effects.save(applied, staged)
            return applied, revision
    check_is_next(staged, revision)
    return write(staged, revision, effects)


def check_is_next(staged: Staged, revision: Revision) -> None:
    """Refuse to go on with what is not being written any more.

    Raises:
        PreconditionFailed: another request has ended it since it was read.
    """
    if staged.state == "writing" and revision.staged != staged.id:
        raise PreconditionFailed("Somebody else has ended this change just now; look at it again.")


def _checked(
    request: CommitRequest, staged: Staged, revision: Revision, effects: Effects
) -> Staged:
    """The change as it is checked for this revision, or as far as it is."""
    if revision.staged:
        raise running(revision.staged)
    for named in (request.revision, staged.announced.revision):
        if named not in (None, revision.number):
            raise PreconditionFailed(
                f"The grants are at revision {revision.number}, not {named}. Plan again."
            )
    _check_complete(staged)
    if staged.state == "open" or staged.base != revision.number:
        restarted = staged.restarted(revision.number)
        effects.save(restarted, staged)
        staged = restarted
    return staged if staged.state == "planned" else plan(staged, effects)


def _check_complete(staged: Staged) -> None:
    """Refuse a document of which anything is missing: it could remove what it does not name."""
    if staged.missing:
        numbers = ", ".join(map(str, staged.missing))
        raise InvalidRequest(
            f"The parts {numbers} have not arrived.",
            faults=[Fault("/parts", f"still missing: {numbers}")],
        )
    announced = staged.announced.entries
    arrived = {name: staged.counted(name) for one in staged.parts.values() for name in one.entries}
    faults = [
        Fault(f"/entries/{name}", f"{announced.get(name, 0)} were announced, {count} have arrived")
        for name, count in (dict.fromkeys(announced, 0) | arrived).items()
        if count != announced.get(name, 0)
    ]
    if not faults and staged.digest != staged.announced.digest:
        faults = [Fault("/digest", "is not that of the parts that have arrived")]
    if faults:
        raise InvalidRequest("The parts are not the announced document.", faults=faults)


def own(id_: str, caller: Caller, effects: Effects) -> Staged:
    """The staged change, for whoever adds to it or writes it.

    Raises:
        NotFound: there is none that can still be used.
        AccessDenied: somebody else staged it.
    """
    staged = found(id_, effects)
    if staged.by != caller.identity.unique:
        raise AccessDenied(
            f"Only {staged.author}, who staged this change, can add to it or write it. Others can "
            "look at it, and cancel it."
        )
    return staged


def found(id_: str, effects: Effects) -> Staged:
    """The staged change; raises ``NotFound`` if there is none that can still be used."""
    staged = effects.load(id_)
    if not staged or not staged.is_there(effects.now):
        raise NotFound("No staged change with this id; it may have expired.")
    return staged


def _answer(
    staged: Staged, revision: Revision, record: Record, effects: Effects
) -> dict[str, object]:
    is_writing = staged.state == "writing"
    done = revision.number - staged.base if is_writing else 0
    answer = staged.as_answered(done)
    plan_ = staged.plan
    record.note(
        revision=answer["revision"],
        changes=plan_ and plan_.changes,
        failedTests=(plan_ and list(plan_.failing)) or None,
    )
    if staged.state == "applied":
        answer["environmentsBy"] = effects.environments_by()
    return answer
