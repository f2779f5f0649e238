"""Prints policies for the account that a stack will be in, as JSON.

``make boundary``, ``make key-policy`` and ``make deployer-policy`` call it.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Iterable
from typing import Any

from tools.account import boundary, deployer, key_policy
from tools.account.place import Place

KINDS = ("boundary", "key-policy", "deployer-policy")


def configured(name: str) -> dict[str, Any]:
    """Return the stack's name and parameters that samconfig.toml has under this name.

    Raises ``ValueError`` for a name that is not there.
    """
    written = tomllib.loads((boundary.ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    if name not in written or "stack_name" not in written[name].get("global", {}).get(
        "parameters", {}
    ):
        raise ValueError(f"samconfig.toml has no configuration {name!r} with a stack")
    found: dict[str, Any] = written[name]["global"]["parameters"]
    return found


def chosen(configuration: str, further: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return the stack's name and its parameters: those configured, and further ``Name=Value``.

    Raises ``ValueError`` for a configuration or a parameter that cannot be.
    """
    found = configured(configuration)
    overrides = [*found["parameter_overrides"], *further]
    return found["stack_name"], dict(_pair(one) for one in overrides)


def main(arguments: list[str]) -> int:
    """Print the policy; return 1 with a sentence on stderr if it cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tools.account", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("parameters", nargs="*", metavar="Name=Value", help="of the stack")
    parser.add_argument("--configuration", default="prod", help="in samconfig.toml (prod)")
    parser.add_argument("--account", default="123456789012", help="of 12 digits")
    parser.add_argument("--region", required=True)
    given = parser.parse_intermixed_args(arguments)
    try:
        name, parameters = chosen(given.configuration, given.parameters)
        place = Place(given.account, given.region, name)
        made: Any
        match given.kind:
            case "boundary":
                made = boundary.policy(parameters, place)
            case "key-policy":
                made = key_policy.statements(place)
            case _:
                made = deployer.policies(place, parameters)
    except ValueError as error:
        sys.stderr.write(f"{given.kind}: {error}\n")
        return 1
    sys.stdout.write(json.dumps(made, indent=2) + "\n")
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"{text!r} is not a parameter; write Name=Value")
    return name, value.strip('"')


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
