"""Answers and errors of ``AssumeRoleWithWebIdentity`` as STS writes them, for SDKs to read.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

import re

from vending.aws.api.responses import Answer, Wire, later, response
from vending.callers.identity import WebIdentity
from vending.callers.issuer_keys import UNREACHABLE
from vending.credentials.vend import VendedCredentials
from vending.errors import TokenRefused, VendingError
from vending.times import iso

_NO_CHARACTER = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # of XML's
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_OPERATION = "AssumeRoleWithWebIdentity"
_NO = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
# Whether a token that is well signed has expired: STS's code and status.
_TOKENS = {True: ("ExpiredTokenException", 400), False: ("InvalidIdentityToken", 400)}
_OTHERWISE = ("ValidationError", 400)
# STS's code and status by ours.
_CODES = {
    "NotAuthenticated": ("AccessDenied", 403),
    "AccessDenied": ("AccessDenied", 403),
    "PresignOnly": ("AccessDenied", 403),
    "TooManyClaims": ("AccessDenied", 403),
    "PolicyTooLarge": ("PackedPolicyTooLarge", 400),
    "TooLarge": ("RequestEntityTooLarge", 413),
    "TooManyRequests": ("Throttling", 400),
    "Unavailable": ("ServiceUnavailable", 503),
    "InternalError": ("InternalFailure", 500),
}
# Where our reason says more than our code.
_REASONS = {
    ("InvalidRequest", "InvalidAction"): ("InvalidAction", 400),
    ("InvalidRequest", "MissingAction"): ("MissingAction", 400),
    ("Unavailable", "Throttling"): ("Throttling", 400),
    ("Unavailable", UNREACHABLE): ("IDPCommunicationError", 400),
}
# Words instead of ours: these tell no more, and help more.
_WORDS = {
    "AccessDenied": _NO,
    "InvalidIdentityToken": (
        "The web identity token could not be validated. Send one that an issuer signed whom this "
        "service trusts, for the audience that its operator has configured."
    ),
    "ExpiredTokenException": "The web identity token has expired. Get a new one and try again.",
    "IDPCommunicationError": "The issuer of the token could not be reached. Try again.",
    "Throttling": "Rate exceeded",
}


def granted(answer: Answer, request_id: str) -> dict[str, object]:
    """The members of the result, in their order, as the answer of the operation."""
    body = _element(
        f"{_OPERATION}Response",
        {f"{_OPERATION}Result": answer, "ResponseMetadata": {"RequestId": request_id}},
    )
    return _response(200, body, request_id, {})


def refused(error: VendingError, request_id: str) -> dict[str, object]:
    """The error under STS's code for it.

    No refusal tells whether there is a grant: ``AccessDenied`` has the same words for all.
    """
    code, status = _said(error)
    message = _WORDS.get(code, error.detail[:1].upper() + error.detail[1:])
    if error.code in ("PresignOnly", "TooManyClaims"):  # said to whoever has the grant
        message = f"{_NO}: {error.detail}"
    kind = "Receiver" if status >= 500 else "Sender"
    told = {"Type": kind, "Code": code, "Message": message}
    body = _element("ErrorResponse", {"Error": told, "RequestId": request_id})
    return _response(status, body, request_id, later(error))


def result(vended: VendedCredentials, identity: WebIdentity, audience: str) -> Answer:
    """The members of the result, in STS's order; what is not known is left out."""
    lent = vended.credentials
    arn, id_ = lent.assumed_role
    packed = lent.packed_policy_size
    return {
        "SubjectFromWebIdentityToken": identity.subject,
        "Audience": audience,
        "AssumedRoleUser": {"Arn": arn, "AssumedRoleId": id_},
        "Credentials": {
            "AccessKeyId": lent.access_key_id,
            "SecretAccessKey": lent.secret_access_key,
            "SessionToken": lent.session_token,
            "Expiration": iso(vended.expiration),
        },
        "Provider": identity.issuer,
        **({} if packed is None else {"PackedPolicySize": packed}),
        "SourceIdentity": vended.narrowed.session.source_identity,
    }


STS = Wire(granted, refused)


def codes() -> frozenset[tuple[str, int]]:
    """Every code that may be answered, with its status."""
    return frozenset([*_TOKENS.values(), *_CODES.values(), *_REASONS.values(), _OTHERWISE])


def _said(error: VendingError) -> tuple[str, int]:
    if isinstance(error, TokenRefused):
        return _TOKENS[error.reason == "Expired"]
    reason = error.reason.partition(":")[0]
    known = _REASONS.get((error.code, reason)) or _CODES.get(error.code)
    return known or _OTHERWISE


def _response(status: int, body: str, request_id: str, more: dict[str, str]) -> dict[str, object]:
    return response(status, "text/xml", body, {"x-amzn-RequestId": request_id, **more})


def _element(name: str, members: Answer) -> str:
    return f'<{name} xmlns="{_NAMESPACE}">{_inner(members)}</{name}>\n'


def _inner(members: Answer) -> str:
    return "".join(
        f"<{name}>{_inner(value) if isinstance(value, dict) else _text(value)}</{name}>"
        for name, value in members.items()
    )


def _text(value: object) -> str:
    """What the caller sent may be in it; no escape lets XML say some characters."""
    return _NO_CHARACTER.sub("\ufffd", str(value)).translate(_ESCAPED)
