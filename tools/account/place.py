"""Where a stack is, or will be: what policies name of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from vending.nearly import did_you_mean
from vending.partitions import DNS_SUFFIXES, PARTITIONS

SIGN_IN: Final = (
    "Check your credentials (AWS_PROFILE, aws sso login) and the network: "
    "aws sts get-caller-identity has to answer."
)


def check_region(region: str) -> None:
    """Raise ``ValueError`` for a region that AWS does not have."""
    if region not in PARTITIONS:
        near = did_you_mean(region, PARTITIONS) or "; give one such as eu-central-1"
        raise ValueError(f"AWS has no region {region!r}{near}")


@dataclass(frozen=True, slots=True)
class Place:
    """The account, the region and the name of a stack.

    Raises ``ValueError`` for an account without 12 digits, or a region that AWS does not have.
    """

    account: str
    region: str
    stack: str

    def __post_init__(self) -> None:
        if not re.fullmatch("[0-9]{12}", self.account):
            raise ValueError(f"an account has 12 digits, not {self.account!r}")
        check_region(self.region)

    @property
    def pseudo(self) -> Mapping[str, str]:
        """CloudFormation's pseudo parameters."""
        partition = PARTITIONS[self.region]
        return {
            "AWS::AccountId": self.account,
            "AWS::Partition": partition,
            "AWS::Region": self.region,
            "AWS::StackName": self.stack,
            "AWS::URLSuffix": DNS_SUFFIXES[partition],
        }

    def fill(self, text: str) -> str:
        """Replace ``<partition>``, ``<region>``, ``<account>``, ``<stack>`` and ``<suffix>``."""
        words = {
            "<partition>": self.pseudo["AWS::Partition"],
            "<region>": self.region,
            "<account>": self.account,
            "<stack>": self.stack,
            "<suffix>": self.pseudo["AWS::URLSuffix"],
        }
        for word, value in words.items():
            text = text.replace(word, value)
        return text
