"""Checks of quotas: of Lambda, STS and IAM."""

from typing import Final

from tools.preflight.account import CannotSeeError, Clients, ask, find
from tools.preflight.existing import own
from tools.preflight.finding import Findings, change, good, note
from tools.preflight.planned import Planned

CONCURRENCY: Final = "quota L-B99A9384 of Lambda"  # concurrent executions
UNRESERVED: Final = 100  # what Lambda keeps for functions that reserve nothing
ENOUGH: Final = 100  # executions at once, below which a few callers are refused
STS_CALLS: Final = 600  # a second, AWS's default


def functions(planned: Planned, client: Clients) -> Findings:
    """Whether enough functions may run at once."""
    limits = ask(lambda: client("lambda").get_account_settings())["AccountLimit"]
    most, free = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    reserved = int(planned.value("ReservedConcurrency"))
    if reserved and free - reserved < UNRESERVED:
        yield change(
            f"ReservedConcurrency={reserved} would leave {free - reserved} executions, and Lambda "
            f"keeps {UNRESERVED}.",
            f"Have {CONCURRENCY} raised, or leave ReservedConcurrency at 0.",
        )
    if most < ENOUGH:
        yield note(
            f"Only {most} functions may run at once in this region; a request takes one or two.",
            f"Have {CONCURRENCY} raised before a launch.",
        )
    else:
        yield good(f"{most} functions may run at once.")


def sessions(planned: Planned, client: Clients) -> Findings:
    """How many sessions STS makes in a second."""
    quotas = client("service-quotas")
    pages = find(
        lambda: list(quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sts"))
    )
    values = [
        one["Value"]
        for page in pages or []
        for one in page["Quotas"]
        if "AssumeRole" in one["QuotaName"]
    ]
    calls = min(values) if values else STS_CALLS
    source = "" if values else ", AWS's default, since Service Quotas does not list it"
    rate = int(planned.value("ThrottlingRate"))
    if rate > calls:
        yield note(
            f"STS makes {calls:.0f} sessions a second{source}; ThrottlingRate={rate} lets more "
            "requests in, each of which may need one.",
            "Have the quota raised before a launch, or lower ThrottlingRate.",
        )
    else:
        yield good(f"STS makes {calls:.0f} sessions a second{source}.")


def room(planned: Planned, client: Clients) -> Findings:
    """Whether the account has room for the stack's roles and policies."""
    summary = ask(lambda: client("iam").get_account_summary())["SummaryMap"]
    ours = own(planned, client)
    full = False
    for kind, member in (("AWS::IAM::Role", "Roles"), ("AWS::IAM::ManagedPolicy", "Policies")):
        new = sum(one == kind and logical not in ours for logical, one, _ in planned.resources())
        used, most = summary.get(member), summary.get(f"{member}Quota")
        if used is None or most is None:
            raise CannotSeeError(f"GetAccountSummary does not name {member}")
        if used + new > most:
            full = True
            yield change(
                f"The account has {used} of {most} {member.lower()}, and the stack needs {new}.",
                f"Delete some, or have IAM's quota of {member.lower()} raised.",
            )
    if not full:
        yield good("IAM has room for the stack's roles and policies.")
