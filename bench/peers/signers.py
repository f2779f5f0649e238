"""Others that sign GET URLs, each as a function from keys to URLs, made ready beforehand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import obstore
from awscrt import auth as crt
from awscrt.http import HttpHeaders, HttpRequest
from boto3 import Session
from botocore import compat
from botocore.auth import AUTH_TYPE_MAPS, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.crt.auth import CrtS3SigV4QueryAuth
from minio import Minio
from obstore.store import S3Store

from vending.sigv4.presign import encode_path

type SignAll = Callable[[Sequence[str]], list[str]]

CRT_VERSION = "s3v4crt-query"


@dataclass(frozen=True, slots=True)
class Asked:
    """What all of them sign with; ``token`` may be None, ``expires`` is in seconds."""

    key_id: str
    secret: str
    token: str | None
    bucket: str
    region: str
    expires: int


def boto3_client(asked: Asked, session: Session | None = None) -> Any:
    """As its documentation makes it: signature version 4, virtual-hosted, regional."""
    return (session or Session()).client(
        "s3",
        region_name=asked.region,
        aws_access_key_id=asked.key_id,
        aws_secret_access_key=asked.secret,
        aws_session_token=asked.token,
        config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
    )


def with_boto3(asked: Asked) -> SignAll:
    """``generate_presigned_url`` with botocore's own signer."""
    # Where awscrt can be imported botocore signs with it, unless BOTO_DISABLE_CRT says otherwise.
    if compat.HAS_CRT or AUTH_TYPE_MAPS["s3v4-query"] is not S3SigV4QueryAuth:
        raise RuntimeError("set BOTO_DISABLE_CRT=true before botocore is imported")
    return _generating(asked, boto3_client(asked))


def with_boto3_and_crt(asked: Asked) -> SignAll:
    """The same with the signer of the AWS CRT, which botocore takes where it is installed."""
    sign = _generating(asked, boto3_client(asked))

    def sign_all(keys: Sequence[str]) -> list[str]:
        AUTH_TYPE_MAPS["s3v4-query"] = CrtS3SigV4QueryAuth
        try:
            return sign(keys)
        finally:
            AUTH_TYPE_MAPS["s3v4-query"] = S3SigV4QueryAuth

    return sign_all


def _generating(asked: Asked, client: Any) -> SignAll:
    def sign_all(keys: Sequence[str]) -> list[str]:
        return [
            client.generate_presigned_url(
                "get_object", Params={"Bucket": asked.bucket, "Key": key}, ExpiresIn=asked.expires
            )
            for key in keys
        ]

    return sign_all


def with_botocores_signer(asked: Asked) -> SignAll:
    """``S3SigV4QueryAuth`` alone, without client, endpoint rules and hooks."""
    base = f"https://{host(asked)}/"
    signer = S3SigV4QueryAuth(
        Credentials(asked.key_id, asked.secret, asked.token),
        "s3",
        asked.region,
        expires=asked.expires,
    )

    def sign(key: str) -> str:
        request = AWSRequest("GET", base + encode_path(key))
        signer.add_auth(request)
        return str(request.url)

    return lambda keys: [sign(key) for key in keys]


def with_awscrt(asked: Asked) -> SignAll:
    """The C signer of the AWS CRT, as botocore sets it up."""
    config = crt.AwsSigningConfig(
        algorithm=crt.AwsSigningAlgorithm.V4,
        signature_type=crt.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=crt.AwsCredentialsProvider.new_static(
            asked.key_id, asked.secret, asked.token
        ),
        region=asked.region,
        service="s3",
        date=datetime.now(UTC),
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value="UNSIGNED-PAYLOAD",
        signed_body_header_type=crt.AwsSignedBodyHeaderType.NONE,
        expiration_in_seconds=asked.expires,
    )
    name = host(asked)

    def sign(key: str) -> str:
        request = HttpRequest("GET", "/" + encode_path(key), HttpHeaders([("host", name)]))
        return f"https://{name}{crt.aws_sign_request(request, config).result().path}"

    return lambda keys: [sign(key) for key in keys]


def with_minio(asked: Asked) -> SignAll:
    """minio-py; with the region given it asks nobody."""
    client = Minio(
        f"s3.{asked.region}.amazonaws.com",
        access_key=asked.key_id,
        secret_key=asked.secret,
        session_token=asked.token,
        region=asked.region,
    )
    lifetime = timedelta(seconds=asked.expires)
    return lambda keys: [
        client.presigned_get_object(asked.bucket, key, expires=lifetime) for key in keys
    ]


def with_obstore(asked: Asked) -> SignAll:
    """obstore, whose signer is Rust and takes a whole batch."""
    store = S3Store(
        asked.bucket,
        region=asked.region,
        access_key_id=asked.key_id,
        secret_access_key=asked.secret,
        virtual_hosted_style_request=True,
        **({"session_token": asked.token} if asked.token else {}),
    )
    lifetime = timedelta(seconds=asked.expires)
    return lambda keys: list(obstore.sign(store, "GET", list(keys), lifetime))


def host(asked: Asked) -> str:
    """Where the bucket answers."""
    return f"{asked.bucket}.s3.{asked.region}.amazonaws.com"
