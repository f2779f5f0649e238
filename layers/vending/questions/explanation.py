"""``POST /admin/explanations``: what the service would decide for another caller now."""

from collections.abc import Callable

from vending.audit.record import Record
from vending.callers.caller import Caller, Door
from vending.callers.identity import IamIdentity, Identity
from vending.callers.issuer import Issuer
from vending.credentials.explain import explain
from vending.decision.effects import Effects
from vending.errors import InvalidRequest
from vending.questions.request import ExplanationRequest


def explain_as(
    request: ExplanationRequest,
    administrator: Caller,
    record: Record,
    issuer: Callable[[str], Issuer | None],
    effects: Effects,
) -> dict[str, object]:
    """The decision on this request of another caller, blocks included; nothing is vended.

    The caller has the administrator's address. ``issuer`` finds the entry of an issuer.

    Raises:
        InvalidRequest: this is not one caller whom the service could have.
        Unavailable: the table failed.
    """
    asked = request.as_
    record.note(asks={"as": asked.as_json()})
    entry = issuer(asked.issuer) if asked.issuer else None
    if faults := list(asked.incomplete(entry)):
        raise InvalidRequest("This is not a caller of the service.", faults=faults)
    identity = asked.identity(entry)
    caller = Caller(_door(identity), identity, administrator.source_ip)
    return explain(caller, request, record, effects)


def _door(identity: Identity) -> Door:
    return "iam" if isinstance(identity, IamIdentity) else "web-identity"
