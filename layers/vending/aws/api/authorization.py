"""A Lambda authorizer's REQUEST events in, policies out.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vending.callers.identity import WebIdentity
from vending.denials.names import caller_part
from vending.errors import TokenRefused

_BEARER = re.compile("bearer +", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What API Gateway asks of the authorizer."""

    event: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self._context.get("requestId", ""))

    @property
    def route(self) -> str:
        """Method and path as the API declares it."""
        return f"{self._context.get('httpMethod')} {self._context.get('resourcePath')}"

    @property
    def source_ip(self) -> str:
        return str((self._context.get("identity") or {}).get("sourceIp", ""))

    def token(self) -> str:
        """The token, with ``Bearer`` before it or not; raises TokenRefused unless there is one."""
        headers = self.event.get("multiValueHeaders") or {}
        given: list[str] = [
            value
            for name, values in headers.items()
            if name.lower() == "authorization"
            for value in values
        ]
        if len(given) != 1 or not given[0]:
            raise TokenRefused("Missing")
        return given[0][match.end() :] if (match := _BEARER.match(given[0])) else given[0]

    @property
    def _context(self) -> Mapping[str, Any]:
        return self.event.get("requestContext") or {}


def allowed(asked: AuthorizationRequest, identity: WebIdentity, took: float) -> dict[str, object]:
    """Lets this one request through, with who asks as one string.

    ``took`` are the milliseconds that it took to know; the record of the request will have them.
    """
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": asked.event["methodArn"],
    }
    return {
        "principalId": caller_part(identity),
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"caller": identity.encode(), "authoriseMs": round(took, 3)},
    }
