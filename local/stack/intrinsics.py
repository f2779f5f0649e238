"""CloudFormation's intrinsic functions, for whoever reads the template without deploying it."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

ABSENT: Final = object()  # what AWS::NoValue leaves


class Resolver:
    """CloudFormation's intrinsic functions, as far as the template uses them."""

    def __init__(
        self,
        source: Mapping[str, Any],
        given: Mapping[str, str],
        pseudo: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Take the template, the parameters that differ from their defaults, and AWS's own.

        Raises ``KeyError`` for a parameter that the template does not have.
        """
        declared = source.get("Parameters", {})
        if unknown := given.keys() - declared.keys():
            raise KeyError(f"no such parameters: {sorted(unknown)}")
        self.conditions = source.get("Conditions", {})
        self.rules = source.get("Rules", {})
        self.values: dict[str, Any] = dict(pseudo)
        for name, parameter in declared.items():
            value = str(given.get(name, parameter["Default"]))
            is_list = parameter["Type"] == "CommaDelimitedList"
            self.values[name] = value.split(",") if is_list else value
        self.functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self.reference,
            "Fn::Equals": lambda pair: str(self(pair[0])) == str(self(pair[1])),
            "Fn::GetAtt": ".".join,
            "Fn::If": self.choose,
            "Fn::Not": lambda one: not self(one[0]),
            "Fn::And": lambda all_: all(map(self, all_)),
            "Fn::Or": lambda any_: any(map(self, any_)),
            "Fn::Contains": lambda pair: self(pair[1]) in self(pair[0]),
            "Fn::Join": lambda pair: pair[0].join(self(pair[1])),
            "Fn::Select": lambda pair: self(pair[1])[int(pair[0])],
            "Fn::Split": lambda pair: self(pair[1]).split(pair[0]),
            "Fn::Sub": self.substitute,
        }

    def __call__(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for item in map(self, value) if item is not ABSENT]
        if not isinstance(value, dict):
            return value
        for name, argument in value.items():
            if name == "Ref" or name.startswith("Fn::"):
                return self.functions[name](argument)
        resolved = {key: self(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not ABSENT}

    def holds(self, condition: str) -> bool:
        return bool(self(self.conditions[condition]))

    def makes(self, entry: Mapping[str, Any]) -> bool:
        """Return whether CloudFormation makes this resource or output."""
        return "Condition" not in entry or self.holds(entry["Condition"])

    def broken_rules(self) -> list[tuple[str, str]]:
        """Return the rule and the sentence of each assertion that CloudFormation would refuse."""
        return [
            (name, assertion["AssertDescription"])
            for name, rule in self.rules.items()
            if self(rule.get("RuleCondition", True))
            for assertion in rule["Assertions"]
            if not self(assertion["Assert"])
        ]

    def reference(self, name: str) -> Any:
        return ABSENT if name == "AWS::NoValue" else self.values.get(name, name)

    def choose(self, argument: list[Any]) -> Any:
        condition, yes, no = argument
        return self(yes if self.holds(condition) else no)

    def substitute(self, argument: Any) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})

        def value(match: re.Match[str]) -> str:
            return str(self(own[match[1]]) if match[1] in own else self.reference(match[1]))

        return re.sub(r"\$\{([^!}]+)\}", value, text)
