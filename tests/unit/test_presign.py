"""Byte for byte what botocore signs, for the same input at the same time."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotocoreCredentials
from botocore.session import Session as BotocoreSession
from hypothesis import given, settings
from hypothesis import strategies as st

from vending.presign import Method, encode_path, endpoint_of, signer
from vending.session import Credentials

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
METHODS: dict[Method, str] = {
    "GET": "get_object",
    "PUT": "put_object",
    "HEAD": "head_object",
    "DELETE": "delete_object",
}
KEYS = [
    "a",
    "a b",
    "a+b",
    "a?b#c",
    "a%2Fb",
    "a//b",
    "/a",
    "a/",
    "日本語/キー",
    "e\u0301/é",
    "🚀",
    "a~b!c*d'e(f)",
    "a:b@c,d;e=f&g",
    'a\\b"c<d>',
    "x" * 1024,
    "".join(map(chr, range(0x20, 0x7F))).replace(".", ""),
]


def credentials(token: str) -> Credentials:
    return Credentials("ASIAEXAMPLE", SECRET, token, datetime(2030, 1, 1, tzinfo=UTC))


def signed_at(url: str | None) -> datetime:
    found = re.search(r"X-Amz-Date=(\w+)", url or "")
    assert found
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def botocore_client(region: str, token: str, style: str) -> Any:
    return BotocoreSession().create_client(
        "s3",
        region_name=region,
        aws_access_key_id="ASIAEXAMPLE",
        aws_secret_access_key=SECRET,
        aws_session_token=token,
        config=Config(
            signature_version="s3v4",
            s3={"us_east_1_regional_endpoint": "regional", "addressing_style": style},  # type: ignore[arg-type]
        ),
    )


@pytest.mark.parametrize("region", ["ap-northeast-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
@pytest.mark.parametrize("bucket", ["hogehoge-bucket", "my.dotted.bucket"])
@pytest.mark.parametrize("method", list(METHODS))
def test_a_url_is_the_one_that_botocore_makes(method: Method, bucket: str, region: str) -> None:
    token = "FwoGZXIvYXdzE/token+with=all/"
    partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")
    client = botocore_client(region, token, "auto" if "." in bucket else "virtual")
    for key in KEYS:
        theirs = client.generate_presigned_url(
            METHODS[method], Params={"Bucket": bucket, "Key": key}, ExpiresIn=900
        )
        sign = signer(
            credentials(token),
            endpoint_of(bucket, region, partition),
            region=region,
            method=method,
            expires=900,
            now=signed_at(theirs),
        )
        assert sign(key) == theirs


keys = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)
tokens = st.text(st.sampled_from("abcXYZ019/+=%-_.~"), min_size=1, max_size=300)


@settings(max_examples=300)
@given(keys, tokens, st.integers(1, 3300), st.sampled_from(list(METHODS)))
def test_a_signature_is_the_one_of_botocores_signer(
    key: str, token: str, expires: int, method: Method
) -> None:
    endpoint = endpoint_of("bkt", "eu-west-1", "aws")
    request = AWSRequest(method, endpoint.base + encode_path(key))
    theirs = BotocoreCredentials("ASIAEXAMPLE", SECRET, token)
    S3SigV4QueryAuth(theirs, "s3", "eu-west-1", expires=expires).add_auth(request)
    sign = signer(
        credentials(token),
        endpoint,
        region="eu-west-1",
        method=method,
        expires=expires,
        now=signed_at(request.url),
    )
    assert sign(key) == request.url


def test_many_keys_are_signed_independently_of_each_other() -> None:
    endpoint = endpoint_of("bkt", "eu-west-1", "aws")
    now = datetime(2026, 11, 23, tzinfo=UTC)

    def fresh() -> Callable[[str], str]:
        return signer(
            credentials("t"), endpoint, region="eu-west-1", method="GET", expires=1, now=now
        )

    batch = fresh()
    assert [batch(key) for key in KEYS] == [fresh()(key) for key in KEYS]


@given(keys)
def test_a_path_is_ascii_and_decodes_to_the_key(key: str) -> None:
    assert encode_path(key).isascii()
    assert unquote(encode_path(key)) == key


@pytest.mark.parametrize(
    ("bucket", "region", "partition", "override", "base"),
    [
        ("bkt", "eu-west-1", "aws", "", "https://bkt.s3.eu-west-1.amazonaws.com/"),
        ("bkt", "us-east-1", "aws", "", "https://bkt.s3.us-east-1.amazonaws.com/"),
        ("b.kt", "eu-west-1", "aws", "", "https://s3.eu-west-1.amazonaws.com/b.kt/"),
        ("bkt", "cn-north-1", "aws-cn", "", "https://bkt.s3.cn-north-1.amazonaws.com.cn/"),
        ("bkt", "eu-west-1", "aws", "http://127.0.0.1:4566", "http://127.0.0.1:4566/bkt/"),
    ],
)
def test_a_bucket_answers_at_its_regional_endpoint(
    bucket: str, region: str, partition: str, override: str, base: str
) -> None:
    endpoint = endpoint_of(bucket, region, partition, override)
    assert endpoint.base == base
    assert endpoint.base.endswith(f"//{endpoint.host}{endpoint.path}")
