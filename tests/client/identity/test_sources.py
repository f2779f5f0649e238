"""Which identity is found, source by source, and which is never looked for."""

import base64
import json
from pathlib import Path

import pytest

from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity import platforms
from s3vend.identity.platforms import NotHere
from s3vend.identity.settings import Settings
from s3vend.identity.sources import identity, sources
from s3vend.identity.token import LONGEST, TokenIdentity, cleaned
from tests.client.conftest import Asked, Reply, Serve

URL = "https://vend.example.com/v1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"}
REGION = {"AWS_REGION": "eu-west-1"}


def told(**more: object) -> Settings:
    return Settings(**{"url": URL, "audience": "https://aud.example.com", **more})  # type: ignore[arg-type]


def token(**claims: object) -> str:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{middle}.c2ln"


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


def test_google_is_not_asked_without_a_reason(tmp_path: Path) -> None:
    machine = tmp_path / "product_name"
    assert platforms.google({}, Wire(), "a", machine) is None
    machine.write_text("Other Computer")
    assert platforms.google({}, Wire(), "a", machine) is None
    machine.write_text("Google Compute Engine\n")
    assert platforms.google({}, Wire(), "a", machine) is not None


@pytest.mark.parametrize(
    "reply",
    [
        (404, {"Metadata-Flavor": "Google"}, b"no service account"),
        (200, {}, b"somebody else"),
        (500, {"Metadata-Flavor": "Google"}, b""),
    ],
)
def test_what_is_no_metadata_server_has_no_token(serve: Serve, reply: Reply) -> None:
    served = serve(lambda asked: reply)
    host = {"GCE_METADATA_HOST": served.url.removeprefix("http://")}
    read = platforms.google(host, Wire(), "a b")
    assert read is not None
    with pytest.raises(NotHere):
        read()
    assert served.asked[0].path.endswith("/identity?audience=a%20b&format=full")


@pytest.mark.parametrize("answer", [(403, {}, {}), (200, {}, {"other": 1}), (200, {}, b"<html>")])
def test_github_without_a_token_is_an_error_that_hides_the_jobs_own(
    serve: Serve, answer: Reply
) -> None:
    url = serve(lambda asked: answer).url
    names = {"ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "jobsecret"}
    read = platforms.github(names, Wire(), "a")
    assert read is not None
    with pytest.raises(IdentityError) as refused:
        read()
    assert "jobsecret" not in str(refused.value)


def test_githubs_token_is_not_sent_in_the_clear() -> None:
    names = {
        "ACTIONS_ID_TOKEN_REQUEST_URL": "http://example.com",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
    }
    read = platforms.github(names, Wire(), "a")
    assert read is not None
    with pytest.raises(IdentityError, match="https"):
        read()


@pytest.mark.parametrize(
    ("text", "taken"),
    [("a.b.c", "a.b.c"), ("Bearer a.b.c", "a.b.c"), (" a.b.c\n", "a.b.c"), ("Bearer  a\n", "a")],
)
def test_a_token_is_taken_without_what_stands_around_it(text: str, taken: str) -> None:
    assert cleaned(text, "file") == taken


@pytest.mark.parametrize(
    "text", ["", "\n", "Bearer ", "a b", "a\nX-Evil: 1", "ä", "x" * (LONGEST + 1)]
)
def test_what_is_no_token_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(IdentityError) as refused:
        cleaned(text, "the file")
    assert "the file" in str(refused.value)
    assert "Evil" not in str(refused.value)


@pytest.mark.parametrize(
    ("begin", "end", "later", "reads"),
    [
        (0, 3600, 3000, 1),
        (0, 3600, 3479, 1),
        (0, 3600, 3481, 2),
        (0, 3600, 4000, 2),
        (0, 60, 47, 1),
        (0, 60, 49, 2),
        (None, 3600, 3479, 1),
        (None, 3600, 3481, 2),
        (None, None, 1, 2),
    ],
)
def test_a_token_is_read_again_when_it_nears_its_end(
    begin: "int | None", end: "int | None", later: int, reads: int
) -> None:
    now, read = [1.0], []
    claims = {name: value for name, value in (("iat", begin), ("exp", end)) if value is not None}

    def source() -> str:
        read.append(now[0])
        return token(**claims)

    one = TokenIdentity("file", source, lambda: now[0])
    one.token()
    now[0] = float(later)
    one.token()
    assert len(read) == reads


def test_a_refused_token_is_replaced_if_there_is_another() -> None:
    texts = iter([token(exp=9e9), token(exp=9e9), token(exp=9.1e9)])
    one = TokenIdentity("file", lambda: next(texts))
    one.token()
    assert not one.renew()
    assert one.renew()


def test_an_ended_token_is_named_with_its_end() -> None:
    one = TokenIdentity("S3VEND_TOKEN", lambda: token(exp=1000), lambda: 1300.0)
    one.token()
    assert one.notes() == [
        "The token from S3VEND_TOKEN ended at 1970-01-01T00:16:40+00:00, 300 s ago: get a new one."
    ]
