"""Who asks: an IAM role or user in its one canonical form.

ARN forms: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
- ``arn:aws:iam::ACCOUNT:user/PATH/NAME``
- ``arn:aws:iam::ACCOUNT:role/PATH/NAME`` (in ``vending.yaml``; as a caller it is always assumed)
- ``arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION``
Federated users and the root user are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

Door = Literal["iam", "admin"]
Kind = Literal["role", "user"]

_NAME = r"[A-Za-z0-9_+=,.@-]{1,64}"
_HEAD = r"arn:(?P<partition>aws(?:-[a-z]+)*):{}::(?P<account>[0-9]{{12}}):"
_IAM = re.compile(_HEAD.format("iam") + rf"(?P<kind>role|user)/(?:[!-~]*/)?(?P<name>{_NAME})")
_ASSUMED = re.compile(
    _HEAD.format("sts") + rf"assumed-role/(?P<name>{_NAME})/(?P<session>[A-Za-z0-9_+=,.@-]{{2,64}})"
)
_UNIQUE_ID = re.compile(r"A[A-Z0-9]{15,127}")


@dataclass(frozen=True, slots=True)
class Principal:
    """An IAM role or user, by account and name: the path is dropped, names are unique without."""

    partition: str
    account: str
    kind: Kind
    name: str

    @classmethod
    def parse(cls, arn: str) -> Self:
        """A role's or user's own ARN, as in ``vending.yaml``; raises ``ValueError``."""
        if not (match := _IAM.fullmatch(arn)):
            raise ValueError("not the ARN of an IAM role or user")
        return cls(match["partition"], match["account"], _kind(match["kind"]), match["name"])

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:{self.kind}/{self.name}"

    @property
    def table_key(self) -> str:
        """The key under which grants to this one stand."""
        return table_key("iam", self.account, self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller, as API Gateway's request context gives it."""

    door: Door
    principal: Principal
    unique_id: str  # AROA… or AIDA…; a role made again under the same name has another
    session_name: str | None  # chosen by the caller: for the audit record, never for matching
    source_ip: str

    @classmethod
    def from_identity(
        cls, door: Door, arn: str, unique_id: str, account: str, source_ip: str
    ) -> Self:
        """From the members of ``requestContext.identity``; raises ``ValueError`` for any doubt.

        ``unique_id`` is ``AIDA…`` for a user and ``AROA…:session`` for a role.
        """
        own_id, _, session = unique_id.partition(":")
        if assumed := _ASSUMED.fullmatch(arn):
            principal = Principal(assumed["partition"], assumed["account"], "role", assumed["name"])
        else:
            principal = Principal.parse(arn)
        if (
            principal.account != account
            or not _UNIQUE_ID.fullmatch(own_id)
            or session != (assumed["session"] if assumed else "")
            or (principal.kind == "role") != bool(assumed)
        ):
            raise ValueError("the request context does not agree with itself")
        return cls(door, principal, own_id, session or None, source_ip)

    @property
    def variables(self) -> Mapping[str, str]:
        """What may fill a scope's variables."""
        principal = self.principal
        return {
            "caller.name": principal.name,
            "caller.kind": principal.kind,
            "caller.account": principal.account,
        }

    @property
    def grantee_keys(self) -> tuple[str, ...]:
        """The table's keys under which grants for this caller stand."""
        return (self.principal.table_key, table_key("iam", self.principal.account))


def partition_of(arn: str) -> str:
    """Such as ``aws`` or ``aws-cn``."""
    return arn.split(":")[1]


def dns_suffix(partition: str) -> str:
    """Of the partition's endpoints."""
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def table_key(*parts: str) -> str:
    """The parts joined by ``#``; ``#`` and ``%`` inside a part are percent-encoded."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


def _kind(text: str) -> Kind:
    return "role" if text == "role" else "user"
