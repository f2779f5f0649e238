"""A service for one caller, whose waits a test can see, and problems as it answers."""

from s3vend.http.patience import Patience
from s3vend.http.wire import Wire
from s3vend.identity.settings import Settings
from s3vend.identity.token import TokenIdentity
from s3vend.service.connect import Service
from tests.client.conftest import Reply
from tests.client.tokens import receiver
from tests.client.tokens import token as unsigned

PROBLEM = {
    "type": "about:blank",
    "title": "t",
    "detail": "what is wrong",
    "requestId": "r-1",
    "errors": [{"pointer": "/target", "detail": "no key"}],
}


SECRET = unsigned(sub="top-secret-token")


def service(url: str, token: str = SECRET, waits: "list[float] | None" = None) -> Service:
    who = TokenIdentity("S3VEND_TOKEN", lambda: token, receiver())
    slept: list[float] = [] if waits is None else waits
    patience = Patience(tries=3, sleep=slept.append, jitter=lambda: 1.0)
    return Service(Settings(url=url, audience=url), who, Wire(), patience)


def problem(status: int, code: str, **headers: str) -> Reply:
    return status, headers, PROBLEM | {"status": status, "code": code}
