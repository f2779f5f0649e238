"""A share as its owner and administrators see it."""

from typing import Literal

from vending.audit.record import Record
from vending.decision.effects import Effects
from vending.errors import AccessDenied, Refusal, ShareOver
from vending.shares.judge import check_unused, end_of, judge
from vending.shares.share import Share
from vending.shares.standing import Standing
from vending.times import iso

type State = Literal["live", "resting", "expired", "usedUp", "takenBack", "ended", "refused"]

_OVER: dict[str, State] = {"Expired": "expired", "UsedUp": "usedUp", "TakenBack": "takenBack"}
_NOWHERE = ""  # whoever opens it: only the function that gives checks an address


def state_of(standing: Standing, effects: Effects) -> State:
    """Whether the share would be given now, and else why not."""
    share = standing.share
    try:
        judge(standing, share.target, _NOWHERE, Record(""), effects)
        check_unused(share)
    except ShareOver as error:
        return _OVER.get(error.reason, "ended")
    except AccessDenied as error:
        if error.reason == "SourceIp":
            return "live" if share.left != 0 else "usedUp"
        return "resting" if error.reason == "OwnerNotSeen" else "refused"
    except Refusal:
        return "refused"
    return "live"


def as_json(standing: Standing, effects: Effects) -> dict[str, object]:
    """The members of an answer."""
    share, used = standing.share, standing.share.used
    return terms(share) | {
        "state": state_of(standing, effects),
        "until": iso(end_of(standing)),
        "uses": used.uses,
        **({} if share.left is None else {"left": share.left}),
        **({"bytes": used.bytes} if share.kind == "upload" else {}),
        **({"takenBackAt": iso(used.taken)} if used.taken else {}),
    }


def terms(share: Share) -> dict[str, object]:
    """What was agreed when the share was made."""
    given = {
        "maxUses": share.max_uses,
        "from": share.sender,
        "label": share.label,
        "fileName": share.file_name,
        "maxSize": share.max_size,
        "contentTypes": list(share.content_types) or None,
    }
    return {
        "id": share.id,
        "kind": share.kind,
        "target": share.target.as_json(),
        "grant": share.grant,
        "createdAt": iso(share.created),
        "expiresAt": iso(share.expires),
        "password": share.password is not None,
        **{name: value for name, value in given.items() if value is not None},
    }


def for_administrators(standing: Standing, effects: Effects) -> dict[str, object]:
    """The same with whom it belongs to."""
    return as_json(standing, effects) | {"owner": standing.share.owner.as_json()}
