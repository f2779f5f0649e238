"""The hint in each refusal of the service: what its reader can do next. `errors` shows it."""

import re
from collections.abc import Mapping

from s3vend.problem import Problem

# By code, every code that the service has. None: the detail of the refusal says what to do.
HINTS: Mapping[str, str | None] = {
    "InvalidRequest": "Correct the request as described above.",
    "DurationNotAllowed": None,
    "PolicyTooLarge": (
        "Request fewer targets at once, or one prefix that covers them; presigned URLs have no "
        "limit like this."
    ),
    "SeveralGrants": None,
    "TooLarge": None,
    "NotFound": "Check the name or id, and the service's address (S3VEND_URL).",
    "ChangeRunning": (
        "Wait until it is done (s3vend plan --staged lists it), or cancel it with s3vend apply "
        "--cancel ID; what is written of it stays."
    ),
    "PreconditionFailed": "Read the current state, then try again.",
    "NotAuthenticated": "Check that this is the identity you want.",
    "AccessDenied": (
        "Check the target and the permission: s3vend ls lists your grants. Ask the service's "
        "operator for a grant if you need another."
    ),
    "Blocked": (
        "No other grant and no other target helps while the block lasts. An administrator finds it "
        "with s3vend revoke list, and lifts it with s3vend revoke lift ID."
    ),
    "PresignOnly": (
        "URLs work here: s3vend cp and s3vend url, or upload, download and presign in Python."
    ),
    "TooManyClaims": (
        "Ask the administrator of the token's issuer to send only the groups that are assigned to "
        "this application."
    ),
    "TooManyRequests": "Send fewer requests at once, or try again later.",
    "JustRevoked": None,
    "ShareOver": None,
    "ServiceRefused": "Send the requestId to the service's operator; trying again does not help.",
    "RoleRefused": "Send the requestId to the service's operator; trying again does not help.",
    "StorageRefused": "Send the requestId to the service's operator; trying again does not help.",
    "Unavailable": (
        "Try again later. If the error persists, send the requestId to the service's operator."
    ),
    "InternalError": (
        "Try again later. If the error persists, send the requestId to the service's operator."
    ),
}
# Codes of a later service, and answers of something else, by status.
BY_STATUS: Mapping[int, str] = {
    404: "Check the service's address (S3VEND_URL): is it s3vend's, with its stage (…/v1)?",
    429: "Send fewer requests at once, or try again later.",
}
# What is not authenticated, by the beginning of the path.
BY_DOOR: Mapping[str, str] = {
    "/admin/": (
        "This is for administrators: roles and users of IAM that have the administrators policy "
        "of the service. If this identity is none of them, choose another with --aws-profile or a "
        "profile, or ask the service's operator. Tokens cannot be used here."
    ),
    "/iam/": (
        "Check that this is the identity you want; set another with AWS_PROFILE, --aws-profile or "
        "a profile. It needs the callers policy of the service, which its operator can attach."
    ),
    "/web-identity/": (
        "Check that this is the identity you want; set another with S3VEND_TOKEN_FILE or a "
        "profile. A token must be for the audience that the service's operator has configured."
    ),
}
# Of the routes of links, beside what else is said where a route may not be there.
SHARING = (
    "A link needs a grant of yours that has sharing: true and no vpcEndpoint, and that allows READ "
    "on all of the target, or WRITE for uploads. s3vend ls shows which of your grants allow "
    "sharing; ask the service's operator for one that does."
)
NO_LINKS = (
    "If other commands work with this identity, the service has no links: its operator turns them "
    "on with the stack's parameter Sharing."
)
MEMBER = "Leave this member out, or ask the service's operator to allow it in the grant."
OTHERWISE = "If the error persists, send all of it to the service's operator."
OF_CLIENT: Mapping[str, str | None] = {  # codes that the client itself gives
    "NoProblem": "Check the service's address (S3VEND_URL): this is not an answer of s3vend.",
    "UnexpectedAnswer": (
        "Check the service's address (S3VEND_URL), and that its version is the client's."
    ),
}
# API Gateway's own refusal, as at another stage or in another region, and on the local cloud.
BEFORE_SERVICE = "AccessDeniedException"
ADDRESS = "Check the service's address (S3VEND_URL), with its stage (…/v1), and the region too."
_LINKS = r"/[a-z-]+/shares(?![^/ ])"
_TARGETS = ("target", "targets", "keys", "prefix")


def hint(asked: str, problem: Problem) -> str:
    """Return what the reader of this refusal can do next; empty if its detail says so.

    ``asked`` is the request: its method, its path, and more.
    """
    path = asked.partition(" ")[2]
    is_of_links = re.match(_LINKS, path) is not None
    for door, words in BY_DOOR.items():
        if path.startswith(door) and problem.code == "NotAuthenticated":
            return f"{words} {NO_LINKS}" if is_of_links else words
        if path.startswith(door) and problem.code == BEFORE_SERVICE:
            return f"{words} {ADDRESS}"
    if problem.code == "AccessDenied" and is_of_links:
        return SHARING
    if problem.code == "AccessDenied" and _names_a_member(problem):
        return MEMBER
    known = {**HINTS, **OF_CLIENT}
    if problem.code in known:
        return known[problem.code] or ""
    return BY_STATUS.get(problem.status, OTHERWISE)


def _names_a_member(problem: Problem) -> bool:
    """Whether the grant covers the targets, and what it does not allow is another member."""
    members = [
        next((part for part in reversed(fault.pointer.split("/")) if not part.isdecimal()), "")
        for fault in problem.faults
        if fault.pointer
    ]
    return bool(members) and not any(member in _TARGETS for member in members)
