"""Reads which sessions revocations end, apart from the wiring of those that revoke."""

from datetime import datetime
from typing import Any

from vending.aws.environment.runtime import Settings
from vending.aws.table import lease, revocations
from vending.denials.denials import Denials
from vending.revocations.standing import Standing


def read_standing(settings: Settings, dynamodb: Any, time: datetime) -> Standing:
    """What is revoked at this time, and which of it the role's policy has.

    Raises:
        Unavailable: DynamoDB failed.
        InternalError: the denials are damaged.
    """
    covered = lease.covered(dynamodb, settings.table).marks  # first: it never says too much
    return Standing.of(
        [
            one
            for one in revocations.readable(dynamodb, settings.table)
            if not isinstance(one, str)  # damaged: its denials are among the decided ones
        ],
        covered,
        Denials.read(*revocations.denials_texts(dynamodb, settings.table)),
        settings.role_arn,
        time,
    )
