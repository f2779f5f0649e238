"""Reads an account, and nothing else: a call that could change something is refused here."""

import re
from collections.abc import Callable
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

READS: Final = re.compile(r"(?:Get|List|Describe|Simulate)[A-Z]\w*")
CONFIG: Final = Config(
    connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 8}
)
# What an account says if something does not exist.
ABSENT: Final = frozenset(
    {
        "NoSuchEntity",
        "NoSuchResourceException",
        "NotFoundException",
        "ParameterNotFound",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)

type Clients = Callable[[str], Any]


class CannotSeeError(Exception):
    """The account did not answer, or not to this caller; the message says why."""


def clients(session: boto3.Session) -> Clients:
    """Return boto3's clients, which only read."""
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = session.client(service, config=CONFIG)  # type: ignore[call-overload]
            made[service].meta.events.register("before-parameter-build", refuse_changes)
        return made[service]

    return client


def refuse_changes(model: Any, **_: Any) -> None:
    """Raise ``ValueError`` for an operation that is not a read."""
    if not READS.fullmatch(model.name):
        raise ValueError(f"preflight reads only, and does not call {model.name}")


def ask[T](call: Callable[[], T]) -> T:
    """Return what the account answers. Raises ``CannotSeeError`` if it does not."""
    try:
        return call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise CannotSeeError(f"{error.operation_name} answers {code}") from error
    except BotoCoreError as error:
        raise CannotSeeError(str(error)) from error


def find[T](call: Callable[[], T]) -> T | None:
    """Return what the account answers, or None if it does not have it."""
    try:
        return ask(call)
    except CannotSeeError as error:
        if isinstance(error.__cause__, ClientError) and _says_absent(error.__cause__):
            return None
        raise


def _says_absent(error: ClientError) -> bool:
    answer = error.response["Error"]
    absent = answer["Code"] == "ValidationError" and "does not exist" in answer.get("Message", "")
    return absent or answer["Code"] in ABSENT


def policy_document(client: Clients, arn: str) -> dict[str, Any] | None:
    """Return the text of a managed policy as it is in force; None without such a policy."""
    iam = client("iam")
    policy = find(lambda: iam.get_policy(PolicyArn=arn)["Policy"])
    if policy is None:
        return None
    version = policy["DefaultVersionId"]
    document: dict[str, Any] = ask(
        lambda: iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    )["Document"]
    return document
