"""What an opener learns of an error: nothing of the owner's."""

from typing import Any

import pytest

from vending.errors import (
    AccessDenied,
    Blocked,
    Fault,
    InternalError,
    InvalidRequest,
    JustRevoked,
    NotFound,
    PolicyTooLarge,
    PresignOnly,
    RoleRefused,
    ServiceRefused,
    ShareOver,
    StorageRefused,
    TooLarge,
    TooManyRequests,
    Unavailable,
    VendingError,
)
from vending.shares.opening.told import told
from vending.shares.opening.views import Message, Password

SECRET = "arn:aws:iam::123456789012:user/Ann s3://bkt/key grant"
FAULTS = [Fault("/target", SECRET)]
ERRORS: list[tuple[Any, str, str]] = [
    (NotFound(SECRET), "unknown", "NotFound"),
    (ShareOver(SECRET, reason="Expired"), "expired", "ShareOver"),
    (ShareOver(SECRET, reason="UsedUp"), "usedUp", "ShareOver"),
    (ShareOver(SECRET, reason="TakenBack"), "over", "ShareOver"),
    (ShareOver(SECRET, reason="HiddenExpired"), "over", "ShareOver"),
    (AccessDenied(SECRET, faults=FAULTS, reason="OwnerNotSeen"), "resting", "AccessDenied"),
    (AccessDenied(SECRET, faults=FAULTS, reason="NoGrant"), "notNow", "AccessDenied"),
    (Blocked(SECRET), "notNow", "AccessDenied"),
    (PresignOnly(SECRET), "notNow", "AccessDenied"),
    (TooManyRequests(SECRET, retry_after=7), "busy", "TooManyRequests"),
    (PolicyTooLarge(SECRET), "wrongRequest", "AccessDenied"),
    (JustRevoked(3), "failed", "Unavailable"),
    (Unavailable(SECRET), "failed", "Unavailable"),
    (RoleRefused(SECRET), "failed", "InternalError"),
    (StorageRefused(SECRET), "failed", "InternalError"),
    (ServiceRefused(SECRET), "failed", "InternalError"),
    (InternalError(SECRET), "failed", "InternalError"),
]


@pytest.mark.invariant(10)
@pytest.mark.parametrize(("error", "kind", "code"), ERRORS, ids=lambda one: str(one)[:20])
def test_an_error_says_no_more_than_its_page(error: VendingError, kind: str, code: str) -> None:
    view, public = told(error)
    assert isinstance(view, Message)
    assert (view.kind, public.code) == (kind, code)
    assert SECRET not in public.detail
    assert not public.faults
    assert "revoked" not in public.detail


def test_what_is_wrong_with_the_request_itself_is_said() -> None:
    error = InvalidRequest("name: is required.", faults=[Fault("/name", "is required")])
    assert told(error).error is error
    assert told(TooLarge("too large")).error.detail == "too large"


@pytest.mark.parametrize(("reason", "wrong"), [("PasswordNeeded", False), ("WrongPassword", True)])
def test_a_missing_or_wrong_password_is_asked_for(reason: str, wrong: bool) -> None:
    view, public = told(AccessDenied(SECRET, reason=reason))
    assert view == Password(wrong=wrong)
    assert SECRET not in public.detail
