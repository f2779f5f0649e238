"""Looks at an account before the first deployment, and prints what to change; it only reads.

Exit code 0: nothing to change. 1: something to change. 2: nothing to change was seen, but not
everything could be looked at (or the arguments or the credentials are wrong).
"""

import argparse
import sys

import boto3
from botocore.exceptions import BotoCoreError

from tools.account.parameters import chosen
from tools.account.place import SIGN_IN, Place, check_region
from tools.preflight.account import CannotSeeError, clients
from tools.preflight.checks import look
from tools.preflight.finding import ORDER, UNKNOWN, verdict
from tools.preflight.planned import Planned
from tools.preflight.simulated import caller


def main(arguments: list[str]) -> int:
    """Print the findings, the worst last; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.preflight", description=__doc__)
    parser.add_argument("parameters", nargs="*", metavar="Name=Value", help="of the stack")
    parser.add_argument("--configuration", default="prod", help="in samconfig.toml (prod)")
    parser.add_argument("--region", required=True)
    given = parser.parse_intermixed_args(arguments)
    try:
        check_region(given.region)
        name, values = chosen(given.configuration, given.parameters)
    except ValueError as error:
        sys.stderr.write(f"preflight: {error}\n")
        return UNKNOWN
    try:
        client = clients(boto3.Session(region_name=given.region))
        account, arn = caller(client)
    except (BotoCoreError, CannotSeeError) as error:
        sys.stderr.write(f"preflight: AWS does not say who you are: {error}\n    {SIGN_IN}\n")
        return UNKNOWN
    planned = Planned.of(Place(account, given.region, name), values)
    sys.stdout.write(f"Account {account}, region {given.region}, stack {name}, as {arn}\n\n")
    found = look(planned, client)
    for one in sorted(found, key=lambda finding: ORDER.index(finding.kind)):
        sys.stdout.write(f"{one}\n")
    line, code = verdict(found)
    sys.stdout.write(f"\n{line}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
