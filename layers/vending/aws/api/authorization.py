"""Reads a Lambda authorizer's REQUEST events and writes its policies.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from vending.audit.record import RequestIds
from vending.aws.api.headers import header_values
from vending.aws.api.request_ids import request_ids
from vending.callers.identity import WebIdentity
from vending.denials.names import caller_part
from vending.errors import TokenRefused

_BEARER = re.compile("bearer +", re.IGNORECASE)


class AuthorizationRequest(NamedTuple):
    """API Gateway's request to authorize a caller."""

    event: Mapping[str, Any]

    @property
    def ids(self) -> RequestIds:
        """The ids of the request, as the audit record has them."""
        return request_ids(self._context)

    @property
    def route(self) -> str:
        """The method, and the path as the API declares it."""
        return f"{self._context.get('httpMethod')} {self._context.get('resourcePath')}"

    @property
    def source_ip(self) -> str:
        """The client's IP address as API Gateway sees it."""
        return str((self._context.get("identity") or {}).get("sourceIp", ""))

    def token(self) -> str:
        """The token of the Authorization header, with or without ``Bearer`` before it.

        Raises:
            TokenRefused: the header is missing, empty, or given more than once.
        """
        tokens = header_values(self.event, "Authorization")
        if len(tokens) != 1 or not tokens[0]:
            raise TokenRefused("Missing")
        return tokens[0][match.end() :] if (match := _BEARER.match(tokens[0])) else tokens[0]

    @property
    def _context(self) -> Mapping[str, Any]:
        return self.event.get("requestContext") or {}


def allow(request: AuthorizationRequest, identity: WebIdentity, took: float) -> dict[str, object]:
    """The answer that lets this one request through, and passes the identity on as text.

    ``took`` is how long the verification took, in milliseconds, for the request's audit record.
    """
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": request.event["methodArn"],
    }
    return {
        "principalId": caller_part(identity),
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"caller": identity.encode(), "authoriseMs": round(took, 3)},
    }
