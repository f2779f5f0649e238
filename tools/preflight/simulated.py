"""Asks IAM whether whoever deploys may do what a deployment needs."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from tools.account import deployer
from tools.preflight.account import CannotSeeError, Clients, ask
from tools.preflight.finding import Findings, change, good, note
from tools.preflight.planned import Planned

EXAMPLE: Final = "preflight"  # what stands for a name that is not known yet
# One action of each pattern, since IAM simulates none.
ONE_OF: Final[Mapping[str, str]] = {
    "kms:GenerateDataKey*": "kms:GenerateDataKey",
    "kms:ReEncrypt*": "kms:ReEncryptFrom",
    "s3:GetBucket*": "s3:GetBucketLocation",
}
FEW: Final = 40  # actions in one request


def caller(client: Clients) -> tuple[str, str]:
    """Return the account, and the ARN of the caller, as STS says them."""
    answer = ask(lambda: client("sts").get_caller_identity())
    return answer["Account"], answer["Arn"]


def _principal(client: Clients) -> str:
    """Return the ARN of the caller's user or role."""
    _, arn = caller(client)
    session = re.fullmatch(r"arn:[\w-]+:sts::\d+:assumed-role/([^/]+)/.+", arn)
    if session is None:
        return arn
    # The role's path is not in the ARN of its session.
    role = ask(lambda: client("iam").get_role(RoleName=session[1])["Role"])
    found: str = role["Arn"]
    return found


def permissions(planned: Planned, client: Clients) -> Findings:
    """What the caller may not do, of what the printed policies allow."""
    arn = _principal(client)
    if arn.endswith(":root"):
        yield note(
            "These are the root user's credentials, which no policy limits.",
            "Deploy as a role with the policies that make deployer-policy prints.",
        )
        return
    denied = sorted(
        action
        for policy in deployer.policies(planned.place, planned.given)
        for statement in policy["Statement"]
        for action in _denied(planned, client, arn, statement)
    )
    if denied:
        yield change(
            f"{arn} may not {', '.join(denied)}.",
            "Attach the policies that make deployer-policy prints; an organization's policies and "
            "a boundary count too.",
        )
    else:
        yield good(f"{arn} may do what a deployment needs, as far as IAM simulates it.")


def _denied(
    planned: Planned, client: Clients, arn: str, statement: Mapping[str, Any]
) -> Iterator[str]:
    """Yield the actions that are allowed on none of the statement's resources."""
    actions = [ONE_OF.get(one, one) for one in statement["Action"]]
    resources = [one.replace("*", EXAMPLE) if one != "*" else one for one in statement["Resource"]]
    simulate = client("iam").get_paginator("simulate_principal_policy")
    for first in range(0, len(actions), FEW):
        allowed: dict[str, bool] = {}
        some = actions[first : first + FEW]
        for resource in resources:
            pages = ask(
                lambda some=some, one=resource: list(  # type: ignore[misc]
                    simulate.paginate(
                        PolicySourceArn=arn,
                        ActionNames=some,
                        ResourceArns=[one],
                        ContextEntries=[*_context(planned, statement)],
                    )
                )
            )
            for name, is_allowed in decisions("SimulatePrincipalPolicy", some, pages).items():
                allowed[name] = allowed.get(name, False) or is_allowed
        yield from (name for name, is_allowed in allowed.items() if not is_allowed)


def decisions(
    operation: str, actions: Collection[str], pages: Iterable[Mapping[str, Any]]
) -> Mapping[str, bool]:
    """Return whether each action is allowed.

    Raises ``CannotSeeError`` if the answer says nothing about one of them.
    """
    found = {
        one["EvalActionName"]: one["EvalDecision"] == "allowed"
        for page in pages
        for one in page["EvaluationResults"]
    }
    if silent := sorted({*actions} - found.keys()):
        raise CannotSeeError(f"{operation} says nothing about {', '.join(silent)}")
    return found


def _context(planned: Planned, statement: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the request will bring: the statement's own conditions, and the boundary."""
    found = dict(statement.get("Condition", {}).get("StringEquals", {}))
    if planned.value("PermissionsBoundaryArn"):
        found["iam:PermissionsBoundary"] = planned.value("PermissionsBoundaryArn")
    for name, value in found.items():
        one = value[0] if isinstance(value, list) else value
        yield {"ContextKeyName": name, "ContextKeyValues": [one], "ContextKeyType": "string"}
