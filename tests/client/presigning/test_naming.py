"""The names of members: both spellings, and what is near an unknown one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from s3vend.errors import SettingsError
from s3vend.presigning.naming import MEMBERS, UPLOAD, camel, members_for, snake, upload_members

SCHEMAS: "dict[str, Any]" = yaml.load(
    (Path(__file__).parents[3] / "openapi.yaml").read_text(),
    Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader),  # noqa: S506 - both are safe
)["components"]["schemas"]
SCHEMA = {
    "GET": "ReadingUrl",
    "HEAD": "ReadingUrl",
    "PUT": "UploadUrl",
    "POST": "FormUrl",
    "DELETE": "DeletionUrl",
    "LIST": "ListingUrl",
}


@pytest.mark.parametrize("method", SCHEMA)
def test_the_members_are_those_of_the_contract(method: str) -> None:
    contract = set(SCHEMAS[SCHEMA[method]]["properties"]) - {"method", "target"}
    assert set(MEMBERS[method]) == contract
    assert set(SCHEMA) == set(MEMBERS)


def test_the_members_of_an_upload_are_those_that_a_put_and_parts_take() -> None:
    parts = set(SCHEMAS["UploadRequest"]["properties"])
    assert set(UPLOAD) == parts & set(SCHEMAS["UploadUrl"]["properties"]) - {"target"}


@pytest.mark.parametrize("member", sorted({one for all_ in MEMBERS.values() for one in all_}))
def test_every_member_has_two_spellings(member: str) -> None:
    assert camel(snake(member)) == camel(member) == member
    assert snake(member) == snake(member).lower()


@pytest.mark.parametrize(
    ("method", "name", "message"),
    [
        ("PUT", "ContentType", "did you mean content_type?"),  # as boto3 spells it
        ("PUT", "content-type", "did you mean content_type?"),
        ("PUT", "contenttype", "did you mean content_type?"),
        ("PUT", "content_typ", "did you mean content_type?"),
        ("PUT", "meta_data", "did you mean metadata?"),
        ("GET", "response_type", "did you mean response_content_type?"),
        ("GET", "saveas", "did you mean save_as?"),
        ("POST", "successStatus", "did you mean success_action_status?"),
        ("LIST", "max-key", "did you mean max_keys?"),
        ("LIST", "prefix", "use continuation_token, delimiter, max_keys, "),
        ("GET", "delimiter", "delimiter is not a member of a URL for GET, but of a URL for LIST"),
        ("PUT", "acl", "use cache_control, checksum_crc32c, "),
        (
            "DELETE",
            "versionId",
            "versionId is not a member of a URL for DELETE, but of a URL for GET",
        ),
        (
            "GET",
            "content_length",
            "content_length is not a member of a URL for GET, but of a URL for PUT",
        ),
        ("PUT", "content_length_range", "but of a URL for POST."),
    ],
)
def test_an_unknown_name_is_refused_with_the_near_one(method: str, name: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        members_for(method, {name: "x"})
    assert message in str(refused.value)
    assert name in str(refused.value)


@pytest.mark.parametrize(
    ("method", "given", "message"),
    [
        (
            "PUT",
            {"content_type": "a", "contentType": "b"},
            "content_type and contentType are the same",
        ),
        ("GET", {"save_as": "a", "saveAs": "b"}, "are the same member"),
        (
            "GET",
            {"save_as": "a", "responseContentDisposition": "inline"},
            "Give save_as or response_content_disposition, not both",
        ),
        (
            "PUT",
            {"save_as": "a", "content_disposition": "x"},
            "Give save_as or content_disposition",
        ),
        ("DELETE", {"save_as": "a"}, "save_as is not for DELETE"),
        ("GET", {"save_as": "a/b"}, "is not a file name"),
        ("list", {}, "Unknown method 'list'; use GET, HEAD, "),
    ],
)
def test_what_contradicts_itself_is_refused(
    method: str, given: "dict[str, object]", message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        members_for(method, given)


def test_what_is_none_is_left_out_and_other_values_are_kept() -> None:
    given: dict[str, object] = {
        "content_type": None,
        "content_length": 0,
        "tags": {},
        "saveAs": None,
    }
    assert members_for("PUT", given) == {"contentLength": 0, "tags": {}}


def test_an_upload_has_the_members_that_it_takes_whole_and_in_parts() -> None:
    given = {"kms_key": "k", "save_as": "a.csv", "contentType": None}
    disposition = 'attachment; filename="a.csv"'
    assert upload_members(given) == {"kmsKey": "k", "contentDisposition": disposition}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"content_length": 1},
            "content_length is not a member of an upload, but of a URL for PUT",
        ),
        ({"part_sise": 1}, "Unknown member 'part_sise' of an upload; did you mean part_size?"),
        ({"content_typ": "x"}, "did you mean content_type?"),
        ({"save_as": "a", "contentDisposition": "x"}, "Give save_as or content_disposition"),
    ],
)
def test_what_an_upload_does_not_take_is_refused_with_the_near_name(
    given: "dict[str, object]", message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        upload_members(given, ("partSize",))
    assert message in str(refused.value)
