"""The vending core: lends S3 access for just the keys that a caller was granted.

1. A door has authenticated the caller: ``Caller``.
2. The body becomes a frozen value: ``parse``.
3. Gather what the table says of the caller and the bucket: ``LoadGrants``.
4. Decide: the closest grant that covers every target, or a refusal: ``decide``.
5. Narrow: session policy, role session name, source identity, duration: ``session_for``.
6. Act: ``AssumeRole`` for credentials, or sign URLs with a session that stays here.
7. Record: one audit record, whatever happened: ``recorded``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vending.audit import Record, recorded
    from vending.caller import Caller
    from vending.decision import Decision, Known, LoadGrants, decide
    from vending.errors import VendingError
    from vending.grantee import Grantee, IamGrantee, WebGrantee
    from vending.grants import Grant, Permission
    from vending.identity import IamIdentity, WebIdentity
    from vending.issuer import Issuer
    from vending.location import Location, RegisteredLocation
    from vending.parse import parse
    from vending.principal import Principal
    from vending.session import Credentials, Session, session_for
    from vending.vend import vend_credentials
    from vending.vend_urls import vend_compact, vend_urls

__all__ = [
    "Caller",
    "Credentials",
    "Decision",
    "Grant",
    "Grantee",
    "IamGrantee",
    "IamIdentity",
    "Issuer",
    "Known",
    "LoadGrants",
    "Location",
    "Permission",
    "Principal",
    "Record",
    "RegisteredLocation",
    "Session",
    "VendingError",
    "WebGrantee",
    "WebIdentity",
    "decide",
    "parse",
    "recorded",
    "session_for",
    "vend_compact",
    "vend_credentials",
    "vend_urls",
]

_PLACES = {
    "Caller": "caller",
    "Credentials": "session",
    "Decision": "decision",
    "Grant": "grants",
    "Grantee": "grantee",
    "IamGrantee": "grantee",
    "IamIdentity": "identity",
    "Issuer": "issuer",
    "Known": "decision",
    "LoadGrants": "decision",
    "Location": "location",
    "Permission": "grants",
    "Principal": "principal",
    "Record": "audit",
    "RegisteredLocation": "location",
    "Session": "session",
    "VendingError": "errors",
    "WebGrantee": "grantee",
    "WebIdentity": "identity",
    "decide": "decision",
    "parse": "parse",
    "recorded": "audit",
    "session_for": "session",
    "vend_compact": "vend_urls",
    "vend_credentials": "vend",
    "vend_urls": "vend_urls",
}


def __getattr__(name: str) -> object:
    """A public name, when it is asked for: a function that needs two need not load them all."""
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(f"vending.{_PLACES[name]}"), name)
