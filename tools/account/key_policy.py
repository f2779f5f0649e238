"""The statements that the policy of a company's own KMS key needs (KmsKeyArn).

The stack cannot change that policy; ``make key-policy`` prints them.
"""

from typing import Any

from tools.account.place import Place


def statements(place: Place) -> list[dict[str, Any]]:
    """Return them; each is for the key's policy, whose ``Resource`` ``*`` is the key."""

    def through(service: str) -> dict[str, Any]:
        return {
            "StringEquals": {
                "kms:CallerAccount": place.account,
                "kms:ViaService": place.fill(f"{service}.<region>.<suffix>"),
            }
        }

    return [
        {
            "Sid": "TableOfS3Vend",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},  # of this account: the condition says so
            "Action": [
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            "Resource": "*",
            "Condition": through("dynamodb"),
        },
        {
            "Sid": "FunctionsOfS3Vend",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"],
            "Resource": "*",
            "Condition": through("lambda"),
        },
        {
            "Sid": "LogsOfS3Vend",
            "Effect": "Allow",
            "Principal": {"Service": place.fill("logs.<region>.<suffix>")},
            "Action": [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": place.fill(
                        "arn:<partition>:logs:<region>:<account>:log-group:<stack>-*"
                    )
                }
            },
        },
        {
            "Sid": "AlarmsOfS3Vend",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": place.account}},
        },
    ]
