"""Prints policies for the account that a stack will be in, as JSON.

``make boundary``, ``make key-policy`` and ``make deployer-policy`` call it.
"""

import argparse
import json
import sys
from typing import Any

from tools.account import boundary, deployer, key_policy
from tools.account.parameters import chosen
from tools.account.place import Place

KINDS = ("boundary", "key-policy", "deployer-policy")
EXAMPLE = "123456789012"


def main(arguments: list[str]) -> int:
    """Print the policy; return 1 with a sentence on stderr if it cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tools.account", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("parameters", nargs="*", metavar="Name=Value", help="of the stack")
    parser.add_argument("--configuration", default="prod", help="in samconfig.toml (prod)")
    parser.add_argument("--account", help="of 12 digits; the boundary names none")
    parser.add_argument("--region", required=True)
    given = parser.parse_intermixed_args(arguments)
    try:
        account = _account(given.kind, given.account)
        name, parameters = chosen(given.configuration, given.parameters)
        place = Place(account, given.region, name)
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


def _account(kind: str, named: str | None) -> str:
    """Return the account that the policy is for; a boundary names none."""
    if named is None and kind != "boundary":
        raise ValueError(f"name the account that the stack will be in: ACCOUNT={EXAMPLE}")
    return named or EXAMPLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
