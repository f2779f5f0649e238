"""Which identity is found, source by source, and which is never looked for."""

from pathlib import Path

import pytest

from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity import platforms
from s3vend.identity.settings import Settings
from s3vend.identity.sources import identity, sources
from tests.client.conftest import Asked, Reply, Serve

URL = "https://vend.example.com/v1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"}
REGION = {"AWS_REGION": "eu-west-1"}


def told(**more: object) -> Settings:
    return Settings(**{"url": URL, "audience": "https://aud.example.com", **more})  # type: ignore[arg-type]


@pytest.fixture
def platform(serve: Serve) -> "dict[str, str]":
    """Names of an environment in which GitHub and Google both answer."""

    def reply(asked: Asked) -> Reply:
        if "aud.example.com" not in asked.path:
            return 400, {}, {}
        if asked.headers.get("authorization") == "Bearer job":
            return 200, {}, {"value": "from-github"}
        if asked.headers.get("metadata-flavor") == "Google":
            return 200, {"Metadata-Flavor": "Google"}, b"from-google"
        return 403, {}, {}

    url = serve(reply).url
    return {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}/token?v=2",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
        "GCE_METADATA_HOST": url.removeprefix("http://"),
    }


ALL = ("S3VEND_TOKEN", "S3VEND_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "ACTIONS", "GCE", "POD")


@pytest.mark.parametrize(
    ("first", "found"),
    [
        ("S3VEND_TOKEN", "from-environment"),
        ("S3VEND_TOKEN_FILE", "from-our-file"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "from-aws-file"),
        ("ACTIONS", "from-github"),
        ("GCE", "from-google"),
        ("POD", "from-pod"),
        (None, "AWS4-HMAC-SHA256"),
    ],
)
def test_the_first_source_that_is_there_is_the_identity(
    first: "str | None",
    found: str,
    platform: "dict[str, str]",
    alone: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    texts = {"our": "Bearer from-our-file", "aws": "from-aws-file\n", "pod": "from-pod"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    everything = {
        "S3VEND_TOKEN": "from-environment",
        "S3VEND_TOKEN_FILE": str(tmp_path / "our"),
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "aws"),
        **platform,
    }
    left_out = ALL[: ALL.index(first)] if first else ALL
    environment = {
        name: value for name, value in everything.items() if not name.startswith(left_out)
    } | {name: everything[name] for name in [first] if name in everything}
    pod = tmp_path / ("none" if "POD" in left_out else "pod")
    alone.setattr(platforms.kubernetes, "__defaults__", (pod,))
    for name, value in (KEYS | REGION).items():
        alone.setenv(name, value)
    one = identity(told(), environment | REGION, Wire())
    authorization = one.authorize("GET", URL, b"")["Authorization"]
    assert authorization.partition(",")[0].split(" Credential=")[0] in (
        f"Bearer {found}",
        found,
    )
    assert one.door == ("web-identity" if first else "iam")
    assert "from-" not in repr(one)


@pytest.mark.parametrize(
    ("pinned", "names"),
    [
        ({"token": "t"}, ["token="]),
        ({"token_file": Path("/t")}, ["token file /t"]),
        ({"aws_profile": "p"}, ["AWS credentials"]),
        ({"door": "iam"}, ["AWS credentials"]),
    ],
)
def test_a_pinned_identity_is_the_only_one(pinned: "dict[str, object]", names: "list[str]") -> None:
    everything = {"S3VEND_TOKEN": "t", "S3VEND_TOKEN_FILE": "/f", "GCE_METADATA_HOST": "h"}
    assert [one.name for one in sources(told(**pinned), everything, Wire())] == names


def test_the_door_for_tokens_never_opens_with_aws_credentials(alone: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        alone.setenv(name, value)
    with pytest.raises(IdentityError) as refused:
        identity(told(door="web-identity"), {}, Wire())
    assert "AWS credentials" not in str(refused.value)


def test_nobody_to_be_says_what_was_tried_in_order(alone: pytest.MonkeyPatch) -> None:
    with pytest.raises(IdentityError) as refused:
        identity(told(), {}, Wire())
    begins = [line.partition(":")[0].strip(" -") for line in refused.value.tried]
    assert begins == [
        *("S3VEND_TOKEN", "S3VEND_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        *("GitHub Actions", "Google Cloud", "Kubernetes", "AWS credentials"),
    ]
    assert all(line in str(refused.value) for line in refused.value.tried)


@pytest.mark.parametrize("name", ["S3VEND_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"])
def test_a_file_that_is_named_and_not_there_is_an_error_and_not_the_next_source(
    name: str, alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key, value in (KEYS | REGION).items():
        alone.setenv(key, value)
    with pytest.raises(IdentityError, match="cannot be read"):
        identity(told(), {name: str(tmp_path / "gone")}, Wire())
