"""Presigned URLs are byte for byte those of botocore, for random requests.

`make proof` draws many more. The number of a block seeds it, so a block is the same everywhere. If
botocore signs a different URL, the test shrinks the request to what makes the difference, and
prints it as a row for `test_presign.py`.
"""

import os

import pytest

from tests.proof.signing import drawn, forms
from tests.proof.signing.presigners import of_the_client, of_the_signer, ours
from tests.proof.signing.s3_requests import MEMBERS, OPERATIONS, Request, request
from tests.proof.signing.simplest import row, simplest
from vending.sigv4.presign import endpoint_of

BLOCKS = range(int(os.environ.get("S3VEND_PROOF_BLOCKS", "2")))
every_block = pytest.mark.parametrize("block", BLOCKS, ids="block-{}".format)


@every_block
def test_1000_urls_are_those_of_botocores_signer(block: int) -> None:
    for number in range(1000):
        if ours(one := request(f"{block}/{number}")) != of_the_signer(one):
            one = simplest(one, lambda it: ours(it) != of_the_signer(it))
            assert ours(one) == of_the_signer(one), row(one)


@every_block
def test_200_urls_are_those_of_botocores_client(block: int) -> None:
    """botocore's client chooses endpoint, parameter names, their places and order on its own."""
    for number in range(200):
        if ours(one := request(f"client/{block}/{number}")) != of_the_client(one):
            one = simplest(one, lambda it: ours(it) != of_the_client(it))
            assert ours(one) == of_the_client(one), row(one)


@every_block
def test_200_forms_are_those_of_botocores_client(block: int) -> None:
    """The forms are equal except for the spelling and order of conditions in the policy.

    Therefore the signatures differ; botocore's signer checks that ours is right for our policy.
    """
    for number in range(200):
        form = forms.form(f"form/{block}/{number}")
        fields = forms.ours(form)
        url, theirs = forms.of_the_client(form)
        assert forms.signed(fields) == forms.signed(theirs), form
        assert fields["x-amz-signature"] == forms.signature_of_botocore(form, fields["policy"])
        endpoint = endpoint_of(form.target.bucket, form.region, drawn.REGIONS[form.region])
        # botocore's path-style URL ends with the bucket's name; S3 treats both URLs alike.
        assert endpoint.base == url.removesuffix("/") + "/"


def test_a_block_has_all_that_can_be_said() -> None:
    block = [request(f"0/{number}") for number in range(1000)]
    assert {one.operation for one in block} == OPERATIONS.keys()
    assert {name for one in block for name, _ in one.members} == MEMBERS.keys()
    assert {one.region for one in block} == drawn.REGIONS.keys()
    assert {("." in one.bucket, one.override[:5]) for one in block} >= {
        *((dotted, override) for dotted in (False, True) for override in ("", "http:", "https"))
    }
    lengths = {len(one.token) for one in block}
    assert lengths >= {0, 1, drawn.TOKEN_CHARACTERS}
    assert len(lengths) > 200
    assert sum(len(one.key.encode()) == drawn.KEY_BYTES for one in block) > 20
    in_utf8 = {*range(0x80), *range(0x80, 0xC0), *range(0xC2, 0xF5)}
    assert {byte for one in block for byte in one.key.encode()} == in_utf8
    for piece in ("//", "%2F", "%", "+", " ", "../", "\u0301", "🚀", "\0"):
        assert any(piece in one.key for one in block), piece


def test_a_request_that_fails_is_cut_down_to_a_row_that_fails() -> None:
    drawn_one = Request(
        "upload_part",
        "日本/é!é",
        (("ContentLength", 7), ("PartNumber", 3), ("UploadId", "u")),
        bucket="a.b",
        region="cn-north-1",
        token="t",
        expires=5,
    )
    cut = simplest(drawn_one, lambda one: "!" in one.key and one.region == "cn-north-1")
    assert row(cut) == (
        "Request('upload_part', '!', members=(('PartNumber', 3), ('UploadId', 'u')), region='cn-north-1')"
    )
