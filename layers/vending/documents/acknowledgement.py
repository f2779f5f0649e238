"""Acknowledgements: the warnings of an entry that its author has considered, each with a reason.

They are about the file: they are not stored, and change nothing that is granted.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import PlainValidator

from vending.callers.grantee_keys import VALUE_BYTES, is_plain

OF_ACCOUNT = ("WholeBucketToAccount",)  # warnings for which the stack's account must be known
OF_SERVICE = ("SharingIsOff",)  # warnings that the service alone can know
# Warnings of `s3vend check` alone: the service does not look for them.
OF_REACH = ("GranteesOverlap", "NestedTenants", "NobodyReaches", "ShadowedGrant")
CODES = (
    "AnyAddress",
    "CallerClaimsMissing",
    "EmptySegment",
    "EncodedScope",
    "Expired",
    "GranteesOverlap",
    "IdenticalGrant",
    "NameNotAnId",
    "NestedScope",
    "NestedTenants",
    "NobodyReaches",
    "RefusedIfNew",
    "ShadowedGrant",
    "SharesWholeBucket",
    "SharingIsOff",
    "SpaceInScope",
    "TypeMayNeverMatch",
    "UnknownBucket",
    "WholeBucketToAccount",
    "WildcardInScope",
)


def _acknowledged(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not value:
        raise ValueError("must be an object: the codes of warnings, each with a reason")
    for code, reason in value.items():
        if code not in CODES:
            raise ValueError(f"{code!r} is not the code of a warning; use {', '.join(CODES)}")
        if not isinstance(reason, str) or not is_plain(reason):
            raise ValueError(f"a reason must be 1 to {VALUE_BYTES} bytes of text")
    return tuple(sorted(value.items()))


Acknowledged = Annotated[tuple[tuple[str, str], ...], PlainValidator(_acknowledged)]
