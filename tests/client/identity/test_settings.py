"""Arguments, profile and environment, and which of them counts."""

from pathlib import Path

import pytest

from s3vend.errors import SettingsError
from s3vend.identity.settings import Arguments, Settings, config_file, settings

URL, OTHER = "https://vend.example.com/v1", "https://other.example.com/v1"
PROFILES = f"""
[ci]
url = {URL}
audience = https://audience.example.com
token_file = ~/token
[aws]
url = {URL}
aws_profile = reports
region = eu-west-1
[tokens]
door = web-identity
[odd]
token = eyJhbGciOi
[nowhere]
door = window
[two]
url = {URL}
token_file = a
aws_profile = b
[mixed]
url = {URL}
door = iam
token_file = a
"""


@pytest.fixture
def environment(tmp_path: Path) -> "dict[str, str]":
    found = {"XDG_CONFIG_HOME": str(tmp_path)}
    file = config_file(found)
    file.parent.mkdir()
    file.write_text(PROFILES)
    return found


@pytest.mark.parametrize(
    ("given", "set_", "member", "value"),
    [
        (Arguments(url=URL), {"S3VEND_URL": OTHER}, "url", URL),
        (Arguments(), {"S3VEND_URL": OTHER}, "url", OTHER),
        (Arguments(url=OTHER, profile="ci"), {"S3VEND_URL": URL}, "url", OTHER),
        (Arguments(profile="ci"), {"S3VEND_URL": OTHER}, "url", URL),
        (Arguments(), {"S3VEND_PROFILE": "ci"}, "url", URL),
        (Arguments(profile="aws"), {"S3VEND_PROFILE": "ci"}, "aws_profile", "reports"),
        (Arguments(profile="tokens"), {"S3VEND_URL": OTHER}, "url", OTHER),
        (Arguments(profile="tokens"), {"S3VEND_URL": OTHER}, "door", "web-identity"),
        (Arguments(url=URL), {}, "audience", URL),
        (Arguments(url=f"{URL}/"), {}, "audience", URL),
        (Arguments(url=URL), {}, "audience_is_set", False),
        (Arguments(url=URL), {"S3VEND_AUDIENCE": ""}, "audience_is_set", False),
        (Arguments(url=URL), {"S3VEND_AUDIENCE": URL}, "audience_is_set", True),
        (Arguments(url=URL, audience=URL), {}, "audience_is_set", True),
        (Arguments(profile="ci"), {}, "audience_is_set", True),
        (Arguments(url=URL), {"S3VEND_AUDIENCE": "a"}, "audience", "a"),
        (
            Arguments(profile="ci"),
            {"S3VEND_AUDIENCE": "a"},
            "audience",
            "https://audience.example.com",
        ),
        (Arguments(profile="ci", audience="b"), {"S3VEND_AUDIENCE": "a"}, "audience", "b"),
        (Arguments(profile="ci"), {}, "token_file", Path("~/token").expanduser()),
        (Arguments(profile="ci", token="t"), {}, "token_file", None),
        (Arguments(url=URL), {"S3VEND_IDENTITY": "aws"}, "door", "iam"),
        (Arguments(url=URL), {"S3VEND_IDENTITY": "token"}, "door", "web-identity"),
        (Arguments(url=URL), {"S3VEND_IDENTITY": ""}, "door", None),
        (Arguments(url=URL), {"S3VEND_IDENTITY": "aws"}, "chosen_by", "S3VEND_IDENTITY is aws"),
        (Arguments(url=URL), {}, "chosen_by", ""),
        (Arguments(url=URL, door="iam"), {"S3VEND_IDENTITY": "token"}, "door", "iam"),
        (Arguments(url=URL, aws_profile="p"), {"S3VEND_IDENTITY": "token"}, "door", None),
        (Arguments(profile="tokens", url=URL), {"S3VEND_IDENTITY": "aws"}, "door", "web-identity"),
        (Arguments(profile="ci"), {"S3VEND_IDENTITY": "aws"}, "chosen_by", "profile ci names it"),
        (Arguments(profile="aws"), {}, "region", "eu-west-1"),
        (Arguments(profile="aws", region="us-east-1"), {}, "region", "us-east-1"),
    ],
)
def test_arguments_come_before_the_profile_and_that_before_the_environment(
    environment: "dict[str, str]",
    given: Arguments,
    set_: "dict[str, str]",
    member: str,
    value: object,
) -> None:
    assert getattr(settings(given, environment | set_), member) == value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Arguments(), "S3VEND_URL"),
        (Arguments(profile="gone"), "it has: ci, aws"),
        (Arguments(profile="odd", url=URL), "token_file"),
        (Arguments(profile="nowhere", url=URL), "door in profile nowhere is window"),
        (Arguments(profile="two"), "More than one identity"),
        (Arguments(profile="mixed"), "iam takes AWS credentials"),
        (Arguments(url=URL, token="t", token_file="f"), "More than one identity"),
        (Arguments(url=URL, token="t", aws_profile="p"), "More than one identity"),
        (Arguments(url=URL, aws_profile="p", door="web-identity"), "web-identity takes tokens"),
        (Arguments(url="http://vend.example.com"), "https://"),
        (Arguments(url=URL, audience="sts.amazonaws.com"), "which is AWS STS"),
        (Arguments(url=URL, audience="https://kubernetes.default.svc"), "a cluster's API server"),
    ],
)
def test_what_contradicts_itself_is_refused(
    environment: "dict[str, str]", given: Arguments, said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        settings(given, environment)
    assert "eyJhbGciOi" not in str(refused.value)


@pytest.mark.parametrize("text", ["iam", "AWS", "web-identity", " aws", "tokens"])
def test_an_identity_of_another_kind_is_refused_with_the_two_that_there_are(text: str) -> None:
    with pytest.raises(SettingsError, match=r"S3VEND_IDENTITY is .*aws .AWS credentials. or token"):
        settings(Arguments(url=URL), {"S3VEND_IDENTITY": text})


def test_a_profile_without_a_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ci not found: .*s3vend/config does not exist"):
        settings(Arguments(profile="ci"), {"XDG_CONFIG_HOME": str(tmp_path)})


def test_a_token_is_in_no_repr() -> None:
    assert "secret" not in repr(Settings(url=URL, audience=URL, token="secret"))
    assert "secret" not in repr(Arguments(token="secret"))


def test_profiles_are_read_as_editors_of_windows_write_them(tmp_path: Path) -> None:
    found = {"XDG_CONFIG_HOME": str(tmp_path)}
    file = config_file(found)
    file.parent.mkdir()
    file.write_text(PROFILES, encoding="utf-8-sig", newline="\r\n")
    assert settings(Arguments(profile="ci"), found).url == URL
