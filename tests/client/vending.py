"""A service that vends credentials of the lives that a test names, and URLs."""

from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from tests.client.conftest import Asked, Reply, Serve, Served

PREFIX = "s3://bucket/reports/*"
END = "2026-11-25T00:00:00Z"  # of the URLs


def answer(number: int = 1, seconds: float = 900) -> "dict[str, object]":
    end = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return {
        "credentials": {
            "accessKeyId": f"ASIA{number}",
            "secretAccessKey": "very-secret-key",
            "sessionToken": "very-secret-token",
            "expiration": end.isoformat().replace("+00:00", "Z"),
        },
        "matchedGrantTargets": [PREFIX],
        "permission": "READ",
        "region": "eu-west-1",
        "vendId": "v",
        "sessionId": "s",
    }


def vending(serve: Serve, *lives: float) -> Served:
    """Answers with credentials of these lives, the last one for ever."""

    def reply(asked: Asked) -> Reply:
        number = len(served.asked)
        return 200, {}, answer(number, lives[min(number, len(lives)) - 1])

    served = serve(reply)
    return served


def presigning(serve: Serve, most: int = 10_000) -> Served:
    """Signs like the service; a request for more than ``most`` is too large."""

    def reply(asked: Asked) -> Reply:
        body = asked.json
        wanted = body.get("keys") or body.get("requests")
        assert isinstance(wanted, list)
        if len(wanted) > most:
            return 413, {}, {"code": "TooLarge", "detail": "fewer"}
        if "keys" in body:
            made = [[quote(key), f"sig-{quote(key)}"] for key in wanted]
            shared = {"base": "https://s3/reports/", "query": "q=1", "headers": {"h": "1"}}
            return 200, {}, {**shared, "urls": made, "expiresAt": END}
        return 200, {}, {"urls": [_entry(**one) for one in wanted]}

    return serve(reply)


def address(target: str) -> str:
    """The URL that `presigning` signs for a target."""
    return f"https://s3/{target.removeprefix('s3://')}"


def _entry(method: str, target: str, **members: object) -> "dict[str, object]":
    form = {"fields": {"policy": "p"}} if method == "POST" else {}
    method = "GET" if method == "LIST" else method
    return {"method": method, "url": address(target), "headers": {}, "expiresAt": END, **form}
