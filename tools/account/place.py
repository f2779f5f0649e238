"""Where a stack is, or will be: what policies name of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from vending.partitions import DNS_SUFFIXES, PARTITIONS


@dataclass(frozen=True, slots=True)
class Place:
    """The account, the region and the name of a stack.

    Raises ``ValueError`` for a region that AWS does not have.
    """

    account: str
    region: str
    stack: str

    def __post_init__(self) -> None:
        if self.region not in PARTITIONS:
            raise ValueError(f"AWS has no region {self.region!r}; give one such as eu-central-1")

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
