"""The order of the sources, and what a refusal says of the identity that was found."""

from pathlib import Path

import pytest

import s3vend
from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity.search import Found, search
from s3vend.identity.settings import Arguments, settings
from tests.client.asking import problem
from tests.client.conftest import Serve
from tests.client.tokens import token

URL = "https://vend.example.com/v1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"}
CONFIG = """
[profile dev]
aws_access_key_id = AKIDDEV
aws_secret_access_key = wJalrXUtnFEMI
region = eu-west-1
[profile empty]
region = eu-west-1
"""
ALL = {"S3VEND_TOKEN", "S3VEND_TOKEN_FILE", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"}


@pytest.fixture
def profiles(alone: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The profiles of CONFIG, which botocore reads."""
    (tmp_path / "aws-config").write_text(CONFIG)
    alone.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    return alone


def found(patch: pytest.MonkeyPatch, environment: "dict[str, str]", **arguments: object) -> Found:
    """What is found in an environment, which botocore sees too."""
    for name, value in environment.items():
        patch.setenv(name, value)
    chosen = settings(Arguments(url=URL, **arguments), environment)  # type: ignore[arg-type]
    return search(chosen, environment, Wire())


@pytest.mark.parametrize(
    ("names", "extra", "name", "because"),
    [
        (ALL, {}, "S3VEND_TOKEN", "S3VEND_TOKEN is set"),
        (ALL - {"S3VEND_TOKEN"}, {}, "S3VEND_TOKEN_FILE", "S3VEND_TOKEN_FILE is set"),
        ({"AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"}, {}, "AWS profile dev", "AWS_PROFILE is"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE"}, KEYS, "AWS_WEB_IDENTITY", "AWS_WEB_IDENTITY_TOKEN_FI"),
        (set(), KEYS, "AWS credentials (env)", "no token for the service was found"),
        (ALL, {"S3VEND_IDENTITY": "aws"}, "AWS profile dev", "S3VEND_IDENTITY is aws"),
        (ALL, {"S3VEND_IDENTITY": "token"}, "S3VEND_TOKEN", "S3VEND_TOKEN is set"),
        (
            {"AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"},
            {"S3VEND_IDENTITY": "token"},
            "AWS_WEB",
            "",
        ),
    ],
)
def test_what_the_user_names_comes_before_what_is_found(
    names: "set[str]",
    extra: "dict[str, str]",
    name: str,
    because: str,
    profiles: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "token").write_text(token(URL))
    texts = {"S3VEND_TOKEN": token(URL), "AWS_PROFILE": "dev"}
    environment = {one: texts.get(one, str(tmp_path / "token")) for one in names}
    region = {"AWS_REGION": "eu-west-1"}
    one = found(profiles, {**environment, **region, **extra})
    assert one.identity.name.startswith(name)
    assert one.because.startswith(because)


def test_an_option_comes_before_every_variable(profiles: pytest.MonkeyPatch) -> None:
    environment = {"S3VEND_TOKEN": token(URL), "S3VEND_IDENTITY": "token", **KEYS}
    one = found(profiles, environment, aws_profile="dev")
    assert one.identity.name == "AWS profile dev (config-file)"
    assert one.because == "an option or argument names it"
    assert "S3VEND_IDENTITY" not in one.another, "it would not help"


def test_keys_in_variables_come_before_aws_profile_as_in_aws_s_tools(
    profiles: pytest.MonkeyPatch,
) -> None:
    one = found(profiles, {"AWS_PROFILE": "dev", **KEYS})
    assert one.identity.name == "AWS credentials (env)"
    assert "AWS_ACCESS_KEY_ID comes before AWS_PROFILE" in "".join(one.identity.notes())


@pytest.mark.parametrize("profile", ["gone", "empty"])
def test_a_profile_that_is_named_must_work_and_tokens_are_not_used_instead(
    profile: str, profiles: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(token(URL))
    file = str(tmp_path / "token")
    environment = {"AWS_PROFILE": profile, "AWS_WEB_IDENTITY_TOKEN_FILE": file}
    with pytest.raises(IdentityError, match=rf"AWS_PROFILE \({profile}\)") as refused:
        found(profiles, environment)
    assert "S3VEND_IDENTITY=token" in str(refused.value)


@pytest.mark.parametrize("variable", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_an_empty_profile_is_not_set(variable: str, profiles: pytest.MonkeyPatch) -> None:
    assert found(profiles, {variable: "", **KEYS, "AWS_REGION": "x"}).identity.door == "iam"
    assert found(profiles, {variable: "", "S3VEND_TOKEN": token(URL)}).because.startswith("S3VEND")


@pytest.mark.parametrize("code", ["NotAuthenticated", "AccessDenied"])
def test_a_refusal_says_how_the_identity_was_found_and_how_to_choose_another(
    code: str, serve: Serve, profiles: pytest.MonkeyPatch
) -> None:
    served = serve(lambda asked: problem(403, code))
    profiles.setenv("AWS_PROFILE", "dev")
    with pytest.raises(s3vend.ServiceError) as refused:
        s3vend.connect(url=served.url).ask("credentials", {})
    text = str(refused.value)
    assert "Identity: AWS profile dev (config-file), signed for execute-api in eu-west-1." in text
    assert "It is used because AWS_PROFILE is dev." in text
    assert "--aws-profile NAME or --token-file FILE, or S3VEND_IDENTITY=token." in text
