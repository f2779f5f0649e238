"""Who schemathesis asks as: signed with SigV4, or with a token at the web-identity door."""

import atexit
import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests
import schemathesis

from local.cloud.client import Credentials, signed
from local.cloud.environments import REGION

WHO = json.loads(os.environ["S3VEND_FUZZ_WHO"])
ANSWERED: Counter[int] = Counter()


def counted(answer: requests.Response, **_: object) -> None:
    """How many of the requests were granted, and how the others were refused."""
    ANSWERED[answer.status_code] += 1


def told() -> None:
    """The counts, at the end."""
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(ANSWERED.items()))
    sys.stdout.write(f"\nAnswers by status: {statuses}\n")


atexit.register(told)


class Signed(requests.auth.AuthBase):
    """Signs what is really sent, at the door that it is sent to."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.register_hook("response", counted)
        door = urlsplit(str(request.url)).path.partition("/_user_request_/")[2].split("/")[0]
        if door == "web-identity":
            request.headers["Authorization"] = f"Bearer {WHO['token']}"
            return request
        if door == "sts":
            return request
        keys = Credentials(*WHO["administrator" if door == "admin" else "signer"])
        body = request.body.encode() if isinstance(request.body, str) else request.body
        own = signed(
            str(request.method),
            str(request.url),
            body if isinstance(body, bytes) else b"",
            {},
            keys,
            datetime.now(UTC),
            "execute-api",
            REGION,
        )
        request.headers.update(own)
        return request


schemathesis.auth.set_from_requests(Signed())


@schemathesis.hook  # type: ignore[untyped-decorator] # it is in an environment of its own
def filter_path_parameters(_: object, path_parameters: dict[str, object] | None) -> bool:
    """No line feed in a path: the local cloud's policies do not match it, and IAM answers."""
    return not any(
        "\n" in str(one) or "%0A" in str(one) for one in (path_parameters or {}).values()
    )
