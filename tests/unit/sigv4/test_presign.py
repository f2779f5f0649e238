"""Presigned URLs are byte for byte those of botocore, for a table of requests.

Random requests are in `test_presign_by_chance.py`; a request that failed there becomes a row here.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proof.signing.drawn import REGIONS
from tests.proof.signing.presigners import KEY_ID, of_the_client, of_the_signer, ours
from tests.proof.signing.s3_requests import OPERATIONS, Request
from vending.sessions.session import Credentials
from vending.sigv4.presign import Signer, below, encode_path, endpoint_of, signer
from vending.sigv4.signing_key import amz_date

keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
TOKEN = "FwoGZXIvYXdzE/token+with=all/"
KEYS = [
    "a",
    "a b",
    "a+b",
    "a?b#c",
    "a%2Fb",
    "a%zz",
    "a//b",
    "/a",
    "//",
    "a/",
    "a/../b",
    "a/./b",
    ".",
    "日本語/キー",
    "e\u0301/é",
    "🚀",
    "\U0010ffff\ue000",
    "a~b!c*d'e(f)",
    "a:b@c,d;e=f&g",
    'a\\b"c<d>',
    "\0\t\r\n\x1f\x7f\x80\xa0",
    "x" * 1024,
    "".join(map(chr, range(0x80, 0x800))),
    "%0A%250A",
    "".join(map(chr, range(0x20, 0x7F))),
]
ROWS = [
    Request("get_object", "k", (("ResponseContentDisposition", 'attachment; filename="é ä.txt"; filename*=UTF-8\'\'%C3%A9'),)),
    Request("get_object", "k", (("VersionId", "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"), ("ResponseContentType", "text/csv"))),
    Request("put_object", "k", (("ContentType", '  text/plain;   charset="utf-8"  '), ("ContentLength", 0))),
    Request("put_object", "k", (("SSEKMSKeyId", "k"), ("ServerSideEncryption", "aws:kms"), ("IfNoneMatch", "*"), ("ChecksumCRC32C", "AAAAAA=="), ("ExpectedBucketOwner", "123456789012"))),
    Request("create_multipart_upload", "k", (("ContentType", "a/b"), ("ChecksumAlgorithm", "CRC64NVME"), ("ChecksumType", "FULL_OBJECT"))),
    Request("upload_part", "k", (("UploadId", "a.b_c~d-e/f+g=="), ("PartNumber", 10_000), ("ContentLength", 5 * 2**30))),
    Request("upload_part", "k", (("PartNumber", 1), ("UploadId", "u"))),
    Request("complete_multipart_upload", "k", (("UploadId", "u"), ("MpuObjectSize", 5 * 2**40), ("IfNoneMatch", "*"))),
    Request("abort_multipart_upload", "k", (("UploadId", "u"),)),
    Request("get_object", "k", secret="s" * 60),
    Request("get_object", "k", secret="s" * 61),
]  # fmt: skip


@pytest.mark.invariant(4)
@pytest.mark.parametrize("region", ["ap-northeast-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
@pytest.mark.parametrize("bucket", ["hogehoge-bucket", "my.dotted.bucket"])
@pytest.mark.parametrize("operation", ["get_object", "put_object", "head_object", "delete_object"])
def test_a_url_is_the_one_that_botocore_makes(operation: str, bucket: str, region: str) -> None:
    for key in KEYS:
        request = Request(operation, key, bucket=bucket, region=region, token=TOKEN)
        assert ours(request) == of_the_client(request)


@pytest.mark.parametrize("request_", ROWS, ids=lambda one: one.operation)
def test_what_a_request_says_is_signed_as_botocore_signs_it(request_: Request) -> None:
    assert ours(request_) == of_the_client(request_)
    assert ours(request_) == of_the_signer(request_)


def test_a_content_type_that_botocore_takes_for_its_own_and_drops_is_signed_by_us() -> None:
    """The only difference from botocore: we sign every header that the client must send."""
    form = "application/x-www-form-urlencoded; charset=utf-8"
    request = Request("put_object", "k", (("ContentType", form),))
    assert "X-Amz-SignedHeaders=host&" in of_the_client(request)
    assert "X-Amz-SignedHeaders=content-type%3Bhost&" in ours(request)


def of_many(prefix: str = "", **members: Any) -> Signer:
    """The signer for many requests that differ only in the key."""
    request = Request("get_object", "", **members)
    endpoint = endpoint_of(request.bucket, request.region, REGIONS[request.region])
    return signer(
        Credentials(KEY_ID, request.secret, "", request.now),
        below(endpoint, prefix) if prefix else endpoint,
        region=request.region,
        method=OPERATIONS[request.operation].method,
        expires=request.expires,
        now=request.now,
    )


def test_many_keys_are_signed_independently_of_each_other() -> None:
    alone = [ours(Request("get_object", key)) for key in KEYS]
    assert [of_many()(key) for key in KEYS] == alone
    assert of_many().urls(KEYS) == alone
    of_one_line = [key for key in KEYS if "\n" not in key]
    assert of_many().urls(of_one_line) == [ours(Request("get_object", key)) for key in of_one_line]
    plain = [key for key in KEYS if encode_path(key) == key]
    assert of_many().urls(plain) == [ours(Request("get_object", key)) for key in plain]
    assert of_many().urls([]) == []


def test_what_is_remembered_of_a_key_serves_its_own_day_region_and_secret_alone() -> None:
    days = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (24, 25)]
    for secret in ("one" * 13, "two" * 13):
        for region in ("us-east-1", "ap-northeast-1"):
            for now in (*days, *days):
                members: dict[str, Any] = {"secret": secret, "region": region, "now": now}
                one = Request("get_object", "a/b", **members)
                assert of_many(**members)("a/b") == of_the_signer(one)


@given(
    prefix=st.lists(keys, max_size=2).map(lambda parts: "".join(f"{one}/" for one in parts)),
    some=st.lists(keys, max_size=5),
)
def test_a_batch_below_a_prefix_has_the_urls_of_the_whole_keys(
    prefix: str, some: list[str]
) -> None:
    whole = of_many().urls([prefix + key for key in some])
    signed = of_many(prefix)
    assert signed.urls(some) == whole
    assert all(url.startswith(signed.base) for url in whole)


def test_a_time_is_written_in_utc_and_cut_to_the_second() -> None:
    assert amz_date(datetime.fromisoformat("2026-11-24T01:02:03.999+09:00")) == "20261123T160203Z"


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
        ("bkt", "us-gov-west-1", "aws-us-gov", "", "https://bkt.s3.us-gov-west-1.amazonaws.com/"),
        ("bkt", "eu-west-1", "aws", "http://127.0.0.1:4566", "http://127.0.0.1:4566/bkt/"),
    ],
)
def test_a_bucket_answers_at_its_regional_endpoint(
    bucket: str, region: str, partition: str, override: str, base: str
) -> None:
    endpoint = endpoint_of(bucket, region, partition, override)
    assert endpoint.base == base
    assert endpoint.base.endswith(f"//{endpoint.host}{endpoint.path}")
