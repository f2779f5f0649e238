"""An IAM role or user in its one canonical form.

ARN forms: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
- ``arn:aws:iam::ACCOUNT:user/PATH/NAME``
- ``arn:aws:iam::ACCOUNT:role/PATH/NAME`` (in ``vending.yaml``; as a caller it is always assumed)
- ``arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION``
Federated users and the root user are refused.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

from vending.table import table_key

PrincipalKind = Literal["role", "user"]

_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
_HEAD = r"arn:(?P<partition>aws(?:-[a-z]+)*):{}::(?P<account>[0-9]{{12}}):"
_IAM = re.compile(_HEAD.format("iam") + rf"(?P<kind>role|user)/(?:[!-~]*/)?(?P<name>{_NAME})")
_ASSUMED = re.compile(
    _HEAD.format("sts") + rf"assumed-role/(?P<name>{_NAME})/(?P<session>[A-Za-z0-9_+=,.@-]{{2,64}})"
)


@dataclass(frozen=True, slots=True)
class Principal:
    """An IAM role or user, by account and name: the path is dropped, names are unique without."""

    partition: str
    account: str
    kind: PrincipalKind
    name: str

    @classmethod
    def parse(cls, arn: str) -> Self:
        """A role's or user's own ARN, as in ``vending.yaml``; raises ``ValueError``."""
        if not (match := _IAM.fullmatch(arn)):
            raise ValueError("not the ARN of an IAM role or user")
        kind: PrincipalKind = "role" if match["kind"] == "role" else "user"
        return cls(match["partition"], match["account"], kind, match["name"])

    @classmethod
    def assumed(cls, arn: str) -> tuple[Self, str] | None:
        """The role and the session's name, if this is the ARN of a role's session."""
        if not (match := _ASSUMED.fullmatch(arn)):
            return None
        return cls(match["partition"], match["account"], "role", match["name"]), match["session"]

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:{self.kind}/{self.name}"

    @property
    def table_key(self) -> str:
        """The key under which grants to this one stand."""
        return table_key("iam", self.account, self.kind, self.name)


def partition_of(arn: str) -> str:
    """Such as ``aws`` or ``aws-cn``."""
    return arn.split(":")[1]


def dns_suffix(partition: str) -> str:
    """Of the partition's endpoints."""
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
