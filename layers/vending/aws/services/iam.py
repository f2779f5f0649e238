"""Reads and writes the inline policy with all denials of the role that is lent.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors


def has_policy(client: Any, role_arn: str, name: str, document: str) -> bool:
    """Whether the role's inline policy ``name`` equals ``document``.

    Raises:
        Unavailable: IAM failed.
    """
    with translate_errors():
        try:
            answer = client.get_role_policy(RoleName=_name(role_arn), PolicyName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchEntity":
                return False
            raise
    return bool(answer["PolicyDocument"] == json.loads(document))


def put_policy(client: Any, role_arn: str, name: str, document: str) -> None:
    """Write ``document`` as the role's inline policy ``name``.

    Raises:
        Unavailable: IAM failed.
    """
    with translate_errors():
        client.put_role_policy(RoleName=_name(role_arn), PolicyName=name, PolicyDocument=document)


def _name(role_arn: str) -> str:
    return role_arn.rsplit("/", 1)[1]
