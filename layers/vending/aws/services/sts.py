"""Calls AssumeRole, the only source of credentials."""

from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.services.measuring import METER
from vending.errors import PolicyTooLarge, RoleRefused, Unavailable
from vending.sessions.session import Credentials, Session

_LOOK_AT = (
    "the trust policy and the external id of the location's role, at service control policies, "
    "and at whether the role's account uses this region"
)


@METER.timed("sts")
def assume_role(client: Any, session: Session, session_id: str) -> Credentials:
    """Assume the session's role and return the temporary credentials.

    Raises:
        PolicyTooLarge: STS cannot pack the policy, although it has at most 2,048 characters.
        RoleRefused: STS says no, for example because of the role's trust policy.
        Unavailable: STS failed, throttled, or returned no session token.
    """
    with translate_errors(lambda code: RoleRefused(code, _LOOK_AT)):
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
                    "STS cannot pack the session policy. Request fewer or shorter targets."
                ) from error
            raise
        credentials, assumed = answer["Credentials"], answer.get("AssumedRoleUser", {})
        if not credentials.get("SessionToken"):
            raise Unavailable("NotTemporary")
        return Credentials(
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
            credentials["Expiration"],
            answer.get("PackedPolicySize"),
            (assumed.get("Arn", ""), assumed.get("AssumedRoleId", "")),
        )
