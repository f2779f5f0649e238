"""What is about to be deployed: the template under its parameters, in a place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

from local.stack.intrinsics import Resolver
from tools.account.parameters import check, whole_template
from tools.account.place import Place

# By type: the property that gives a resource a name of its own.
NAMED: Final[Mapping[str, str]] = {
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::SSM::Parameter": "Name",
}


@dataclass(frozen=True)
class Planned:
    """A stack before it is deployed."""

    place: Place
    source: Mapping[str, Any]
    given: Mapping[str, str]

    @classmethod
    def of(cls, place: Place, given: Mapping[str, str]) -> Self:
        """Read the template. Raises ``ValueError`` for a parameter that it does not take."""
        check(given)
        return cls(place, whole_template(), given)

    @cached_property
    def resolve(self) -> Resolver:
        return Resolver(self.source, self.given, self.place.pseudo)

    def value(self, name: str) -> Any:
        """Return the value of a parameter, or its default."""
        return self.resolve.values[name]

    def resources(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield what is made: logical id, type and properties, which are not resolved."""
        for name, resource in self.source["Resources"].items():
            if self.resolve.makes(resource):
                yield name, resource["Type"], resource.get("Properties", {})

    def count(self, kind: str) -> int:
        """Return how many resources of a type are made."""
        return sum(one == kind for _, one, _ in self.resources())

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Yield what has a name of its own: logical id, type and name."""
        for logical, kind, properties in self.resources():
            if (member := NAMED.get(kind)) and member in properties:
                yield logical, kind, str(self.resolve(properties[member]))

    def arn(self, resource: str) -> str:
        """Return the ARN of something in IAM: ``role/Name``, ``policy/Name``."""
        return self.place.fill(f"arn:<partition>:iam::<account>:{resource}")
