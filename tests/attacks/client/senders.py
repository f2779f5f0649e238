"""Places to which the client would carry a token or a signature; the service's address alone gets them"""

from collections.abc import Mapping
from typing import Any

import s3vend
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.conftest import Asked, Reply
from tests.client.tokens import token

REDIRECTS = "https://curl.se/docs/CVE-2022-27774.html"
MINE = token()


def outcome(given: Mapping[str, Any], stage: Stage) -> str:
    """Ask the service who the caller is; return which servers got an `Authorization` header."""
    other = stage.serve(lambda asked: (200, {}, {"door": "web-identity"}))

    def reply(asked: Asked) -> Reply:
        status = given.get("status", 200)
        return status, {"Location": f"{other.url}/v1"}, {"detail": "No.", "url": other.url}

    service = stage.serve(reply)
    for name, text in given["environment"].items():
        value = text.replace("{service}", service.url).replace("{other}", other.url)
        stage.environment.setenv(name, value)
    ended = "answered"
    try:
        s3vend.connect().read("identity")
    except s3vend.S3VendError as error:
        ended = type(error).__name__
    got = [
        name
        for name, server in (("the service", service), ("another", other))
        if any("authorization" in asked.headers for asked in server.asked)
    ]
    return f"{ended}; {' and '.join(got) or 'nobody'} got it"


def asking(status: int = 200, **environment: str) -> "dict[str, Any]":
    base = {"S3VEND_URL": "{service}", "S3VEND_TOKEN": MINE}
    return {"status": status, "environment": base | environment}


REFUSED = "SettingsError; nobody got it"
ATTACKS = [
    Attack("a service in the clear on another machine", asking(S3VEND_URL="http://vend.example.com/v1"), REFUSED, rule(15)),
    Attack("a service whose address has a user name", asking(S3VEND_URL="https://127.0.0.1@evil.example.com/v1"), REFUSED, rule(15)),
    Attack("a service whose address has a line break", asking(S3VEND_URL="{service}\nHost: evil"), REFUSED, rule(15)),
    Attack("an answer that moves the service for a while", asking(307), "UnexpectedAnswer; the service got it", REDIRECTS),
    Attack("an answer that moves the service for ever", asking(308), "UnexpectedAnswer; the service got it", REDIRECTS),
    Attack("a token with a line break that would add a header", asking(S3VEND_TOKEN=f"{MINE}\r\nX-Evil: 1"), "IdentityError; nobody got it", rule(15)),
]  # fmt: skip
