"""Signing URLs: ours beside others that sign the same, and beside the hashing that none can avoid.

Runs in the peers' environment: ``make bench``.
"""

import sys
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from urllib.parse import urlsplit

import awscrt

from bench.apparatus.rounds import HEADING, Side, ratios, row, say
from bench.peers import signers
from bench.peers.floor import hashing, is_right, members, signed_at
from bench.peers.signers import Asked
from vending.sessions.session import Credentials
from vending.sigv4.presign import endpoint_of, signer

BATCH = 1000
ROUNDS = 31
ROUNDS_ALONE = 101
REPEATED = 20  # what is too quick to be timed alone
ASKED = Asked(
    "ASIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "IQoJb3JpZ2luX2VjE"
    + b64encode(b"".join(sha256(b"%d" % n).digest() for n in range(16))).decode(),
    "hogehoge-bucket",
    "ap-northeast-1",
    900,
)
NEVER = datetime.max.replace(tzinfo=UTC)
PLAIN = tuple(f"reports/2026/11/24/part-{number:05}.parquet" for number in range(BATCH))
NASTY = tuple(f"reports/2026年/a b+c%{number}/é🚀.csv" for number in range(BATCH))
PEERS = {  # and how often ours is called beside one call: for about as long
    "boto3, its native signer": (signers.with_boto3, 50),
    "boto3 with awscrt": (signers.with_boto3_and_crt, 50),
    "botocore's signer alone": (signers.with_botocores_signer, 25),
    "awscrt's signer alone": (signers.with_awscrt, 5),
    "minio-py": (signers.with_minio, 20),
    "obstore (Rust)": (signers.with_obstore, 5),
}
FLOOR = "ours to one SHA-256 and one HMAC"
WANTED = {
    "boto3, its native signer": "(at least 80 is wanted)",
    "obstore (Rust)": "(at least 4 is wanted)",
}


def sign_all(asked: Asked, keys: Sequence[str], now: datetime | None = None) -> list[str]:
    """Ours, setup included, as the function calls it for each request."""
    signs = signer(
        Credentials(asked.key_id, asked.secret, asked.token or "", NEVER),
        endpoint_of(asked.bucket, asked.region, "aws"),
        region=asked.region,
        method="GET",
        expires=asked.expires,
        now=now or datetime.now(UTC),
    )
    return signs.urls(keys)


def check(asked: Asked, keys: Sequence[str]) -> None:
    """Raises RuntimeError unless every peer signs what we sign, and each signature is right."""
    for name, (prepare, _) in PEERS.items():
        for key, theirs in zip(keys, prepare(asked)(keys), strict=True):
            [ours] = sign_all(asked, [key], signed_at(theirs))
            same = urlsplit(theirs)[:3] == urlsplit(ours)[:3]
            same &= members(theirs).keys() == members(ours).keys()
            same &= is_right(asked.secret, theirs) and is_right(asked.secret, ours)
            if asked.token:  # without one ours still has an empty member
                same &= members(theirs) == members(ours)
            if not same:
                raise RuntimeError(f"{name} signs something else:\n{theirs}\n{ours}")


def compare(title: str, asked: Asked, keys: Sequence[str]) -> None:
    """Prints a table for batches of these keys."""
    check(asked, keys[:20])
    others = [
        Side(name, partial(prepare(asked), keys), beside=beside)
        for name, (prepare, beside) in PEERS.items()
    ]
    hashes = hashing(asked.secret, sign_all(asked, keys))
    others.append(Side(FLOOR, lambda: [hashes() for _ in range(REPEATED)], REPEATED, REPEATED))
    say(f"\n{title}\n{HEADING}")
    found = ratios(Side("ours", partial(sign_all, asked, keys)), others, ROUNDS)
    ours_to_floor = [1 / one for one in found.pop(FLOOR)]
    for name, ones in found.items():
        row(name, ones, WANTED.get(name, ""))
    row(FLOOR, ours_to_floor, "(at most 1.1 is wanted)")


def alone(asked: Asked) -> None:
    """Prints the same for one URL: our signer is made for it, boto3's client is there already."""
    theirs, key = signers.with_boto3(asked), PLAIN[:1]
    name = "boto3, its native signer"
    ours = Side("ours", lambda: [sign_all(asked, key) for _ in range(REPEATED)])
    others = [Side(name, lambda: [theirs(key) for _ in range(REPEATED)])]
    say(f"\nOne URL alone, with a session token\n{HEADING}")
    row(name, ratios(ours, others, ROUNDS_ALONE)[name], "(at least 6 is wanted)")


def main() -> int:
    """Prints how many times as long as ours each takes; a slow machine does not make it fail."""
    say(
        f"Signing GET URLs, each one's time to ours, in batches of {BATCH}; {ROUNDS} rounds.\n"
        f"awscrt {awscrt.__version__} is installed here, and botocore would sign with it; "
        "BOTO_DISABLE_CRT keeps it from that where 'native' is said."
    )
    compare("With a session token", ASKED, PLAIN)
    compare("Without a session token", replace(ASKED, token=None), PLAIN)
    compare("With a session token, keys that need encoding", ASKED, NASTY)
    alone(ASKED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
