"""Reads the ARN of an IAM role or user into its one canonical form.

Forms of ARNs: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
- ``arn:aws:iam::ACCOUNT:user/PATH/NAME``
- ``arn:aws:iam::ACCOUNT:role/PATH/NAME`` (in ``vending.yaml``; a caller is always an assumed role)
- ``arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION``
Federated users and the root user are refused.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, Self

from vending.partitions import DNS_SUFFIXES
from vending.table import table_key

PrincipalKind = Literal["role", "user"]

NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
_HEAD = rf"arn:(?P<partition>{'|'.join(DNS_SUFFIXES)}):{{}}::(?P<account>[0-9]{{{{12}}}}):"
_IAM = re.compile(_HEAD.format("iam") + rf"(?P<kind>role|user)/(?:[!-~]*/)?(?P<name>{NAME})")
_ASSUMED = re.compile(
    _HEAD.format("sts") + rf"assumed-role/(?P<name>{NAME})/(?P<session>[A-Za-z0-9_+=,.@-]{{2,64}})"
)


@dataclass(frozen=True, slots=True)
class Principal:
    """An IAM role or user, without its path: names are unique within an account."""

    partition: str
    account: str
    kind: PrincipalKind
    name: str
    arn: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        arn = f"arn:{self.partition}:iam::{self.account}:{self.kind}/{self.name}"
        object.__setattr__(self, "arn", arn)

    @classmethod
    def parse(cls, arn: str) -> Self:
        """Read the ARN of a role or user, as in ``vending.yaml``; raises ``ValueError``."""
        if not (match := _IAM.fullmatch(arn)):
            raise ValueError("not the ARN of an IAM role or user")
        kind: PrincipalKind = "role" if match["kind"] == "role" else "user"
        return cls(match["partition"], match["account"], kind, match["name"])

    @classmethod
    def assumed(cls, arn: str) -> tuple[Self, str] | None:
        """Return the role and the session's name if ``arn`` is a role session's, else None."""
        if not (match := _ASSUMED.fullmatch(arn)):
            return None
        return cls(match["partition"], match["account"], "role", match["name"]), match["session"]

    @property
    def table_key(self) -> str:
        """The grantee key of this role or user."""
        return table_key("iam", self.account, self.kind, self.name)


def partition_of(arn: str) -> str:
    """Return the partition in an ARN, such as ``aws`` or ``aws-cn``."""
    return arn.split(":")[1]


def account_of(arn: str) -> str:
    """Return the account in an ARN of IAM."""
    return arn.split(":")[4]
