"""A service that vends credentials of the lives that a test names."""

from datetime import datetime, timedelta, timezone

from tests.client.conftest import Asked, Reply, Serve, Served

PREFIX = "s3://bucket/reports/*"


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
