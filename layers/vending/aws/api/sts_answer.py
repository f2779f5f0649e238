"""Writes answers and errors of ``AssumeRoleWithWebIdentity`` in STS's format, for SDKs.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
"""

import re

from vending.aws.api.responses import Answer, Response, Wire, response, retry_header
from vending.callers.identity import WebIdentity
from vending.callers.issuer_keys import UNREACHABLE
from vending.credentials.vend import VendedCredentials
from vending.errors import TokenRefused, VendingError
from vending.times import iso

_NOT_XML = r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # nothing printable
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_OPERATION = "AssumeRoleWithWebIdentity"
_NO = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
# STS's code and status for a token that is not accepted, by whether it has expired.
_TOKENS = {True: ("ExpiredTokenException", 400), False: ("InvalidIdentityToken", 400)}
_OTHERWISE = ("ValidationError", 400)
# STS's code and status, by our code.
_CODES = {
    "NotAuthenticated": ("AccessDenied", 403),
    "AccessDenied": ("AccessDenied", 403),
    "Blocked": ("AccessDenied", 403),
    "PresignOnly": ("AccessDenied", 403),
    "TooManyClaims": ("AccessDenied", 403),
    "ServiceRefused": ("AccessDenied", 403),
    "RoleRefused": ("AccessDenied", 403),
    "PolicyTooLarge": ("PackedPolicyTooLarge", 400),
    "TooLarge": ("RequestEntityTooLarge", 413),
    "TooManyRequests": ("Throttling", 400),
    "JustRevoked": ("ServiceUnavailable", 503),
    "Unavailable": ("ServiceUnavailable", 503),
    "InternalError": ("InternalFailure", 500),
}
# STS's code and status, by our code and reason, where the reason says more.
_REASONS = {
    ("InvalidRequest", "InvalidAction"): ("InvalidAction", 400),
    ("InvalidRequest", "MissingAction"): ("MissingAction", 400),
    ("Unavailable", "Throttling"): ("Throttling", 400),
    ("Unavailable", UNREACHABLE): ("IDPCommunicationError", 400),
}
_SAID = frozenset(  # only callers with the grant get these, or they are about the stack alone
    {"PresignOnly", "TooManyClaims", "RoleRefused", "ServiceRefused"}
)
# Messages that replace ours: they help more, and disclose no more.
_WORDS = {
    "AccessDenied": _NO,
    "InvalidIdentityToken": (
        "The web identity token could not be validated. Send a token from an issuer that this "
        "service trusts, for the audience that its operator has configured."
    ),
    "ExpiredTokenException": "The web identity token has expired. Get a new one and try again.",
    "IDPCommunicationError": "The issuer of the token could not be reached. Try again.",
    "Throttling": "Rate exceeded",
}


def write_answer(answer: Answer, request_id: str) -> Response:
    """The answer of the operation: the members of the result, in their order, as XML."""
    body = _element(
        f"{_OPERATION}Response",
        {f"{_OPERATION}Result": answer, "ResponseMetadata": {"RequestId": request_id}},
    )
    return _response(200, body, request_id, {})


def write_error(error: VendingError, request_id: str) -> Response:
    """The error as XML, with STS's code for it.

    No refusal discloses whether a grant exists: all have the same message for ``AccessDenied``.
    """
    code, status = _code_for(error)
    message = _WORDS.get(code, error.detail[:1].upper() + error.detail[1:])
    if error.code in _SAID:
        message = f"{_NO}: {error.detail}"
    kind = "Receiver" if status >= 500 else "Sender"
    members = {"Type": kind, "Code": code, "Message": message}
    body = _element("ErrorResponse", {"Error": members, "RequestId": request_id})
    return _response(status, body, request_id, retry_header(error))


def result(vended: VendedCredentials, identity: WebIdentity, audience: str) -> Answer:
    """The members of the result, in STS's order; unknown ones are left out."""
    credentials = vended.credentials
    arn, id_ = credentials.assumed_role
    packed = credentials.packed_policy_size
    return {
        "SubjectFromWebIdentityToken": identity.subject,
        "Audience": audience,
        "AssumedRoleUser": {"Arn": arn, "AssumedRoleId": id_},
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "SessionToken": credentials.session_token,
            "Expiration": iso(vended.expiration),
        },
        "Provider": identity.issuer,
        **({} if packed is None else {"PackedPolicySize": packed}),
        "SourceIdentity": vended.narrowed.session.source_identity,
    }


STS = Wire(write_answer, write_error)


def codes() -> frozenset[tuple[str, int]]:
    """Every code that an error may have, with its status."""
    return frozenset([*_TOKENS.values(), *_CODES.values(), *_REASONS.values(), _OTHERWISE])


def _code_for(error: VendingError) -> tuple[str, int]:
    if isinstance(error, TokenRefused):
        return _TOKENS[error.reason == "Expired"]
    reason = error.reason.partition(":")[0]
    known = _REASONS.get((error.code, reason)) or _CODES.get(error.code)
    return known or _OTHERWISE


def _response(status: int, body: str, request_id: str, more: dict[str, str]) -> Response:
    return response(status, "text/xml", body, {"x-amzn-RequestId": request_id, **more})


def _element(name: str, members: Answer) -> str:
    return f'<{name} xmlns="{_NAMESPACE}">{_inner(members)}</{name}>\n'


def _inner(members: Answer) -> str:
    return "".join(
        f"<{name}>{_inner(value) if isinstance(value, dict) else _text(value)}</{name}>"
        for name, value in members.items()
    )


def _text(value: object) -> str:
    """Escape text, which may come from the caller; replace what XML cannot contain."""
    text = str(value)
    if not text.isprintable():
        text = re.sub(_NOT_XML, "\ufffd", text)
    return text.translate(_ESCAPED)
