"""``POST /admin/explanations``: what the service would decide for another caller now."""

from collections.abc import Callable, Mapping

from vending.audit.record import Record
from vending.callers.caller import Caller, Door
from vending.callers.identity import IamIdentity, Identity
from vending.callers.issuer import Issuer
from vending.credentials.explain import explain
from vending.decision.effects import Effects
from vending.errors import AccessDenied, InvalidRequest
from vending.questions.doubts import doubts
from vending.questions.request import ExplanationRequest
from vending.questions.standing import Standing


def explain_as(
    request: ExplanationRequest,
    administrator: Caller,
    record: Record,
    issuers: Callable[[], Mapping[str, Issuer]],
    effects: Effects,
    standing: Callable[[], Standing],
) -> dict[str, object]:
    """The decision on this request of another caller, blocks included; nothing is vended.

    The caller has the administrator's address. ``issuers`` are the entries by URL. Where no grant
    is found, ``warnings`` of the answer name what no entry of ``standing`` has.

    Raises:
        InvalidRequest: this is not one caller whom the service could have.
        Unavailable: the table failed.
    """
    asked = request.as_
    record.note(asks={"as": asked.as_json()})
    trusted = issuers() if asked.issuer else {}
    if faults := list(asked.incomplete(trusted)):
        raise InvalidRequest("This is not a caller of the service.", faults=faults)
    identity = asked.identity(trusted.get(asked.issuer or ""))
    caller = Caller(_door(identity), identity, administrator.source_ip)
    answer = explain(caller, request, record, effects)
    if answer.get("code") == AccessDenied.code:
        targets = {one.pointer: one.target for one in request.wanted}
        if doubted := doubts(targets, asked, standing(), effects.never_lent()):
            answer["warnings"] = doubted
    return answer


def _door(identity: Identity) -> Door:
    return "iam" if isinstance(identity, IamIdentity) else "web-identity"
