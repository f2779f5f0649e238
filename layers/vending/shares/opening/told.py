"""What an opener may know of an error: the owner's names, keys and grants stay unsaid."""

from typing import NamedTuple

from vending.errors import (
    AccessDenied,
    InternalError,
    InvalidRequest,
    JustRevoked,
    NotFound,
    RequestFault,
    ServiceFault,
    ShareOver,
    TooLarge,
    TooManyRequests,
    Unavailable,
    VendingError,
)
from vending.shares.opening.views import Kind, Message, Password, View

_OVER: dict[str, Kind] = {"Expired": "expired", "UsedUp": "usedUp"}
_DETAILS: dict[Kind, str] = {
    "unknown": "There is no such link.",
    "expired": "This link has expired.",
    "usedUp": "This link has been used as often as it may be.",
    "over": "This link is over.",
    "resting": "This link rests until the person who sent it uses the service again.",
    "notNow": "This link does not work now, or not from here. Ask the person who sent it.",
    "busy": "Too many tries or requests. Wait, and try again.",
    "wrongRequest": "The request is not valid.",
    "failed": "Something failed here. Try again in a moment.",
}
PASSWORD, WRONG = "PasswordNeeded", "WrongPassword"


class Told(NamedTuple):
    """An error as a page, and as an error whose every member may be known."""

    view: View
    error: VendingError


def told(error: VendingError) -> Told:
    """What to say of this error."""
    if error.reason in (PASSWORD, WRONG):
        asked = AccessDenied("Enter the password of the link.")
        return Told(Password(wrong=error.reason == WRONG), asked)
    kind = _kind(error)
    own = isinstance(error, (InvalidRequest, TooLarge)) and error.reason == error.code
    if own:  # it speaks of the opener's own request, and not of a limit of the owner's
        return Told(Message(kind), error)
    public = _public(error, _DETAILS[kind])
    return Told(Message(kind, public.retry_after), public)


def _public(error: VendingError, detail: str) -> VendingError:
    """An error that says no more than the page does."""
    match error:
        case NotFound():
            return NotFound(detail)
        case ShareOver():
            return ShareOver(detail)
        case TooManyRequests():
            return TooManyRequests(detail, retry_after=error.retry_after or 0)
        case Unavailable() | JustRevoked():
            return Unavailable("ForAnOpener")
        case ServiceFault():
            return InternalError(detail)
    return AccessDenied(detail)


def _kind(error: VendingError) -> Kind:
    match error:
        case NotFound():
            return "unknown"
        case ShareOver():
            return _OVER.get(error.reason, "over")
        case TooManyRequests():
            return "busy"
        case RequestFault():
            return "wrongRequest"
        case AccessDenied():
            return "resting" if error.reason == "OwnerNotSeen" else "notNow"
        case ServiceFault() | JustRevoked():
            return "failed"
    return "notNow"
