"""One request presigned three times: by us, by botocore's signer, and by botocore's client."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotocoreCredentials
from botocore.session import Session

from tests.proof.signing.drawn import REGIONS
from tests.proof.signing.s3_requests import OPERATIONS, Request
from vending.sessions.session import Credentials
from vending.sigv4.presign import endpoint_of, signer

KEY_ID = "ASIAEXAMPLE"
ENDS = datetime(2100, 1, 1, tzinfo=UTC)


def ours(request: Request) -> str:
    """By `signer`."""
    operation = OPERATIONS[request.operation]
    sign = signer(
        Credentials(KEY_ID, request.secret, request.token, ENDS),
        endpoint_of(request.bucket, request.region, REGIONS[request.region], request.override),
        region=request.region,
        method=operation.method,
        expires=request.expires,
        now=request.now,
        headers=request.at("header"),
        query={**operation.query, **request.at("query")},
    )
    return sign(request.key)


def of_the_signer(request: Request) -> str:
    """By botocore's signer, at an endpoint and with a path that are written here once more."""
    operation = OPERATIONS[request.operation]
    sent = AWSRequest(
        operation.method,
        f"{base(request)}/{quote(request.key, safe='/-_.~')}",
        headers=request.at("header"),
        params={**operation.query, **request.at("query")},
    )
    # For botocore an empty token is a token; for us, as for S3, it is none.
    theirs = BotocoreCredentials(KEY_ID, request.secret, request.token or None)
    with frozen(request.now):
        S3SigV4QueryAuth(theirs, "s3", request.region, expires=request.expires).add_auth(sent)
    return str(sent.url)


def base(request: Request) -> str:
    """Where the bucket is, as S3's documentation says."""
    if request.override:
        return f"{request.override}/{request.bucket}"
    suffix = "amazonaws.com.cn" if request.region.startswith("cn-") else "amazonaws.com"
    if "." in request.bucket:
        return f"https://s3.{request.region}.{suffix}/{request.bucket}"
    return f"https://{request.bucket}.s3.{request.region}.{suffix}"


def of_the_client(request: Request) -> str:
    """By `generate_presigned_url`, which finds endpoint, names and places of members by itself."""
    members = {"Bucket": request.bucket, "Key": request.key, **dict(request.members)}
    s3 = client(
        request.region, request.bucket, request.secret, request.token or None, request.override
    )
    with frozen(request.now):
        url = s3.generate_presigned_url(
            request.operation, Params=members, ExpiresIn=request.expires
        )
    return str(url)


def client(region: str, bucket: str, secret: str, token: str | None, override: str = "") -> Any:
    """botocore's, as it finds this bucket at the endpoint of its region."""
    # "auto" would be virtual-hosted too, but at the endpoint of all regions, which redirects.
    style = "path" if "." in bucket or override else "virtual"
    made, credentials = _client(region, style, override)
    credentials.secret_key, credentials.token = secret, token
    return made


@cache
def _client(region: str, style: str, override: str) -> tuple[Any, BotocoreCredentials]:
    session = Session()
    session.set_credentials(KEY_ID, "secret")
    credentials = session.get_credentials()
    assert credentials
    config = Config(
        signature_version="s3v4",
        # Else it adds a checksum's algorithm of its own to each multipart upload.
        request_checksum_calculation="when_required",
        s3={"us_east_1_regional_endpoint": "regional", "addressing_style": style},  # type: ignore[arg-type]
    )
    made = session.create_client(
        "s3", region_name=region, endpoint_url=override or None, config=config
    )
    return made, credentials


@contextmanager
def frozen(now: datetime) -> Iterator[None]:
    """botocore's clock stands still, in both places where it reads it."""

    def stopped() -> datetime:
        return now.astimezone(UTC).replace(tzinfo=None)

    with (
        patch("botocore.auth.get_current_datetime", stopped),
        patch("botocore.signers.get_current_datetime", stopped),
    ):
        yield
