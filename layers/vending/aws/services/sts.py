"""AssumeRole, the only way to credentials."""

from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translated
from vending.aws.services.measuring import METER
from vending.errors import PolicyTooLarge, Unavailable
from vending.sessions.session import Credentials, Session


@METER.timed("sts")
def assume_role(client: Any, session: Session, session_id: str) -> Credentials:
    """The temporary credentials of a new session.

    Raises:
        PolicyTooLarge: STS cannot pack the policy, though it has few enough characters.
        Unavailable: STS failed, is throttling, or answered without a session token.
    """
    with translated():
        try:
            answer = client.assume_role(
                RoleArn=session.role_arn,
                RoleSessionName=session.name(session_id),
                SourceIdentity=session.source_identity,
                Policy=session.policy,
                DurationSeconds=session.duration,
                **({} if session.external_id is None else {"ExternalId": session.external_id}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PackedPolicyTooLarge":
                raise PolicyTooLarge(
                    "STS cannot pack the session policy. Ask for fewer or shorter targets."
                ) from error
            raise
        lent, assumed = answer["Credentials"], answer.get("AssumedRoleUser", {})
        if not lent.get("SessionToken"):
            raise Unavailable("NotTemporary")
        return Credentials(
            lent["AccessKeyId"],
            lent["SecretAccessKey"],
            lent["SessionToken"],
            lent["Expiration"],
            answer.get("PackedPolicySize"),
            (assumed.get("Arn", ""), assumed.get("AssumedRoleId", "")),
        )
