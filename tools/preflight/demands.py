"""Checks of what the account demands: the template's rules, boundaries, and a key."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tools.account import boundary, key_policy
from tools.preflight.account import CannotSeeError, Clients, ask, find, policy_document
from tools.preflight.finding import Finding, Findings, change, good, note
from tools.preflight.planned import Planned
from tools.preflight.simulated import ONE_OF, decisions

ANYTHING: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)

SYMMETRIC, ENCRYPTION = "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"


def parameters(planned: Planned, _: Clients) -> Findings:
    """What the template's own rules say of the parameters."""
    broken = [sentence for _, sentence in planned.resolve.broken_rules()]
    for sentence in broken:
        yield change(f"The stack would be refused: {sentence}", "Change the parameters.")
    if not broken:
        yield good("The parameters are accepted by the template's rules.")


def boundaries(planned: Planned, client: Clients) -> Findings:
    """Whether the boundaries exist, and the lent role's allows no more than our text."""
    for name in ("PermissionsBoundaryArn", "LentRoleBoundaryArn"):
        arn = planned.value(name)
        if not arn:
            continue
        document = policy_document(client, arn)
        if document is None:
            yield change(f"{name}: {arn} does not exist.", "Create the policy first.")
        elif name == "PermissionsBoundaryArn":
            yield _room(planned, client, document)
        else:
            yield from _compared(planned, document)
    if not planned.value("LentRoleBoundaryArn"):
        yield good("The lent role gets its own boundary.")


def _room(planned: Planned, client: Clients, document: Mapping[str, Any]) -> Finding:
    """Return whether a boundary leaves room for what the stack's roles do, on any resource."""
    simulate = client("iam").get_paginator("simulate_custom_policy")
    actions = sorted({ONE_OF.get(one, one) for one in _actions(planned, client)})
    pages = ask(
        lambda: list(
            simulate.paginate(
                PolicyInputList=[ANYTHING],
                PermissionsBoundaryPolicyInputList=[json.dumps(document)],
                ActionNames=actions,
            )
        )
    )
    allowed = decisions("SimulateCustomPolicy", actions, pages)
    denied = [name for name, is_allowed in allowed.items() if not is_allowed]
    if denied:
        return note(
            f"PermissionsBoundaryArn may not leave room for {', '.join(denied)}, which roles of "
            "the stack need.",
            "It does if it allows them on the stack's own resources.",
        )
    return good("PermissionsBoundaryArn leaves room for what the stack's roles do.")


def _actions(planned: Planned, client: Clients) -> Iterator[str]:
    """Yield the actions in the policies of the roles, except the lent one's."""
    for _, kind, properties in planned.resources():
        if kind == "AWS::IAM::Role" and "RoleName" not in properties:
            for document in _documents(planned, client, planned.resolve(properties)):
                statements = document["Statement"]
                for statement in statements if isinstance(statements, list) else [statements]:
                    listed = statement["Action"]
                    yield from [listed] if isinstance(listed, str) else listed


def _documents(
    planned: Planned, client: Clients, role: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """Yield a role's policies: its own, those that the stack makes, and AWS's."""
    yield from (one["PolicyDocument"] for one in role.get("Policies", []))
    for name in role.get("ManagedPolicyArns", []):
        if made := planned.source["Resources"].get(name):
            yield planned.resolve(made["Properties"]["PolicyDocument"])
        elif document := policy_document(client, name):
            yield document
        else:
            raise CannotSeeError(f"the policy {name} of a role is not there")


def _compared(planned: Planned, document: Mapping[str, Any]) -> Findings:
    try:
        ours = boundary.policy(planned.given, planned.place)
    except ValueError as error:
        yield change(f"There is no text for LentRoleBoundaryArn: {error}", "Change the parameters.")
        return
    beyond = boundary.beyond(document, ours)
    for sentence in beyond:
        yield change(
            f"LentRoleBoundaryArn {sentence}",
            "Use exactly the text that make boundary prints, with the same parameters.",
        )
    if not beyond:
        yield good("LentRoleBoundaryArn allows no more than our text.")


def key(planned: Planned, client: Clients) -> Findings:
    """Whether the company's key can be used."""
    arn = planned.value("KmsKeyArn")
    if not arn:
        yield good("AWS's own keys encrypt table, logs and environments.")
        return
    if f":{planned.place.region}:" not in arn:
        yield change("KmsKeyArn is a key of another region.", "Name one of the stack's region.")
        return
    kms = client("kms")
    found = find(lambda: kms.describe_key(KeyId=arn)["KeyMetadata"])
    if found is None or found["KeyState"] != "Enabled":
        state = found["KeyState"] if found else "not there"
        yield change(f"KmsKeyArn: the key is {state}.", "Name a key that is enabled.")
        return
    kind, use = found.get("KeySpec", SYMMETRIC), found.get("KeyUsage", ENCRYPTION)
    if (kind, use) != (SYMMETRIC, ENCRYPTION):
        yield change(
            f"KmsKeyArn: the key is {kind} for {use}, with which no service encrypts.",
            f"Name a key that is {SYMMETRIC} for {ENCRYPTION}.",
        )
        return
    text = ask(lambda: kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
    missing = boundary.missing(text, key_policy.statements(planned.place))
    for sid in missing:
        yield note(
            f"The key's policy does not have the statement {sid} as make key-policy prints it.",
            "Add it, unless another statement of yours allows the same.",
        )
    if boundary.denies(text):
        yield note(
            "The key's policy also denies something, and what that means is not judged here.",
            "Check that it denies nothing to the stack's roles and to AWS's services.",
        )
    elif not missing:
        yield good("The key's policy has what the stack needs.")
