"""The options of uploads, as members of the API's request."""

from typing import Any

import pytest

from s3vend.cli.objects.upload_options import Encryption, UploadOptions
from s3vend.cli.terminal.refusal import Refusal


@pytest.mark.parametrize(
    ("options", "members"),
    [
        ({}, {}),
        ({"content_type": "text/csv"}, {"contentType": "text/csv"}),
        ({"metadata": "A=1,b=x=y,c="}, {"metadata": {"a": "1", "b": "x=y", "c": ""}}),
        ({"metadata": '{"A": "1, 2"}'}, {"metadata": {"a": "1, 2"}}),
        ({"tagging": "a=1&b%26=%3D+x"}, {"tags": {"a": "1", "b&": "= x"}}),
        ({"sse": Encryption.AES256}, {"serverSideEncryption": "AES256"}),
        ({"sse": Encryption.KMS, "sse_kms_key_id": "arn:k"}, {"kmsKey": "arn:k"}),
    ],
)
def test_options_become_members(options: "dict[str, Any]", members: "dict[str, object]") -> None:
    assert UploadOptions(**options).members() == members


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"metadata": "a"}, "does not have the form a=1,b=2"),
        ({"metadata": "a=1,2"}, "needs JSON"),
        ({"metadata": "A=1,a=2"}, "a name appears twice"),
        ({"metadata": "{"}, "is not JSON"),
        ({"metadata": '{"a": 1, "a": 2}'}, "a name appears twice"),
        ({"tagging": "a"}, "does not have the form a=1&b=2"),
        ({"tagging": "a=1&a=2"}, "a name appears twice"),
        ({"tagging": "a=%ff"}, "does not have the form"),
        ({"sse": Encryption.KMS}, "go together"),
        ({"sse_kms_key_id": "arn:k"}, "go together"),
        ({"sse": Encryption.AES256, "sse_kms_key_id": "arn:k"}, "go together"),
    ],
)
def test_what_cannot_be_read_is_refused(options: "dict[str, Any]", said: str) -> None:
    with pytest.raises(Refusal, match=said):
        UploadOptions(**options).members()


def test_an_option_that_is_not_used_is_named() -> None:
    UploadOptions().check_unused("is only for uploads")
    with pytest.raises(Refusal, match="--sse-kms-key-id is only for uploads"):
        UploadOptions(sse_kms_key_id="").check_unused("is only for uploads")
