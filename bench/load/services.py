"""STS and the table as the functions see them under load: latency, and STS's quota.

As a program it listens on a port of 127.0.0.1 that it prints, and answers until it is ended.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from bench.apparatus import environment
from bench.apparatus.environment import ACCOUNT, BUCKET
from bench.load.wire import Server
from vending.table import grants_key, location_key

STS_SECONDS, STS_JITTER = 0.060, 0.015
TABLE_SECONDS, TABLE_JITTER = 0.005, 0.002
QUOTA = 600.0  # AssumeRole calls a second, of an account in a region
LIFETIME = timedelta(hours=1)
LOCATION = {"scope": f"s3://{BUCKET}/*", "region": "ap-northeast-1"}
TOKEN = "IQoJb3JpZ2luX2VjE" + "A" * 900  # as long as they are
SESSION = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId>
<SecretAccessKey>a-secret-that-opens-nothing-at-all-00000</SecretAccessKey>
<SessionToken>{token}</SessionToken><Expiration>{ends}</Expiration></Credentials>
<PackedPolicySize>9</PackedPolicySize></AssumeRoleResult></AssumeRoleResponse>"""
THROTTLED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>
</ErrorResponse>"""


@dataclass(slots=True)
class Bucket:
    """So many calls a second, and at most one second's at once."""

    quota: float
    left: float = field(init=False)
    since: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self.left = self.quota

    def takes(self) -> bool:
        """Whether there is room for one more."""
        now = monotonic()
        self.left = min(self.quota, self.left + (now - self.since) * self.quota)
        self.since = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class Services:
    """What answers, and what it has answered."""

    bucket: Bucket
    chance: random.Random = field(default_factory=random.Random)
    counted: Counter[str] = field(default_factory=Counter)

    async def answer(self, path: str, headers: bytes, body: bytes) -> tuple[int, bytes]:
        """One call."""
        if path.startswith("/quota/"):
            self.bucket = Bucket(float(path.removeprefix("/quota/")))
            return 200, b"{}"
        if path == "/counted":
            return 200, json.dumps(self.counted).encode()
        if b"BatchGetItem" in headers:
            self.counted["reads"] += 1
            await self.pause(TABLE_SECONDS, TABLE_JITTER)
            return 200, json.dumps(self.items(json.loads(body))).encode()
        if parse_qs(body)[b"Action"] != [b"AssumeRole"]:
            return 400, b"{}"
        self.counted["sessions"] += 1
        takes = self.bucket.takes()
        self.counted["throttled"] += not takes
        await self.pause(STS_SECONDS, STS_JITTER)
        ends = f"{datetime.now(UTC) + LIFETIME:%Y-%m-%dT%H:%M:%SZ}"
        text = SESSION.format(token=TOKEN, ends=ends) if takes else THROTTLED
        return 200 if takes else 400, text.encode()

    async def pause(self, seconds: float, jitter: float) -> None:
        """As long as the network and the service take."""
        await asyncio.sleep(max(0.001, self.chance.gauss(seconds, jitter)))

    def items(self, asked: Any) -> dict[str, object]:
        """What the table holds of it: a grant for every user, and the location."""
        ((table, wanted),) = asked["RequestItems"].items()
        found = [one for key in wanted["Keys"] if (one := item(key["pk"]["S"], key["sk"]["S"]))]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}


def item(pk: str, sk: str) -> dict[str, object] | None:
    """One item, if it is there."""
    document: object = None
    if (pk, sk) == location_key(BUCKET):
        document = LOCATION
    elif (pk, sk) == grants_key(f"iam#{ACCOUNT}#user#{(name := pk.rpartition('#')[2])}", BUCKET):
        document = [environment.grant(name)]
    if document is None:
        return None
    return {"pk": {"S": pk}, "sk": {"S": sk}, "document": {"S": json.dumps(document)}}


async def serve() -> None:
    """Until it is ended."""
    services = Services(Bucket(QUOTA))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(services.answer), "127.0.0.1", 0, backlog=2000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
