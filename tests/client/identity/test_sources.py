"""Which identity is found, source by source, and which is never looked for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity import platforms
from s3vend.identity.receiver import read_claims
from s3vend.identity.search import search
from s3vend.identity.settings import Settings
from s3vend.identity.sources import Identity, sources
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import token

URL = "https://vend.example.com/v1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI"}
REGION = {"AWS_REGION": "eu-west-1"}


def identity(settings: Settings, environment: "dict[str, str]", wire: Wire) -> Identity:
    return search(settings, environment, wire).identity


AUDIENCE = "https://aud.example.com"
# What a source has, for a service with this audience. A test says which of them go.
TEXTS = {
    "right": token(AUDIENCE, sub="mine"),
    "list with right": token(["https://vault.example.com", AUDIENCE], sub="mine"),
    "wrong": token("https://other.example.com", sub="mine"),
    "with a slash": token(f"{AUDIENCE}/", sub="mine"),
    "STS": token("sts.amazonaws.com", sub="mine"),
    "list with STS": token([AUDIENCE, "sts.amazonaws.com"], sub="mine"),
    "list with the cluster": token([AUDIENCE, "https://kubernetes.default.svc"], sub="mine"),
    "its issuer": token([AUDIENCE, "https://i.example.com"], iss="https://i.example.com"),
    "missing": token(None, sub="mine"),
    "empty list": token([], sub="mine"),
    "a number": token([AUDIENCE, 1], sub="mine"),
    "opaque": "ya29.opaque",
    "encrypted": "a.b.c.d.e",
    "empty": "",
}
RIGHT = {"right", "list with right"}


def told(**more: object) -> Settings:
    return Settings(**{"url": URL, "audience": AUDIENCE, **more})  # type: ignore[arg-type]


Platform = Callable[[str], "dict[str, str]"]


@pytest.fixture
def platform(serve: Serve) -> Platform:
    """`platform(text)`: names of an environment in which GitHub and Google answer with this."""

    def start(text: str) -> "dict[str, str]":
        def reply(asked: Asked) -> Reply:
            if asked.headers.get("authorization") == "Bearer job":
                return 200, {}, {"value": text}
            if asked.headers.get("metadata-flavor") == "Google":
                return 200, {"Metadata-Flavor": "Google"}, text.encode()
            return 403, {}, {}

        served = serve(reply)
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{served.url}/token?v=2",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
            "GCE_METADATA_HOST": served.url.removeprefix("http://"),
        }

    return start


NAMED = ("token=", "token_file=", "S3VEND_TOKEN", "S3VEND_TOKEN_FILE")
FOUND = ("AWS_WEB_IDENTITY_TOKEN_FILE", "ACTIONS", "GCE", "POD")
Try = Callable[[str, str, Settings], Identity]


@pytest.fixture
def attempt(platform: Platform, alone: pytest.MonkeyPatch, tmp_path: Path) -> Try:
    """`attempt(source, text, settings)`: the identity where only this source is, and AWS keys."""

    def run(source: str, text: str, settings: Settings) -> Identity:
        file = tmp_path / "token"
        file.write_text(text)
        pod = file if source == "POD" else tmp_path / "gone"
        alone.setattr(platforms.kubernetes, "__defaults__", (pod,))
        for name, value in (KEYS | REGION).items():
            alone.setenv(name, value)
        environment = dict(REGION)
        if source == "token=":
            settings = settings._replace(token=text)
        elif source == "token_file=":
            settings = settings._replace(token_file=file)
        elif source == "S3VEND_TOKEN":
            environment[source] = text or " "
        elif source.endswith("_FILE"):
            environment[source] = str(file)
        elif source in ("ACTIONS", "GCE"):
            answers = platform(text)
            environment |= {name: answers[name] for name in answers if name.startswith(source)}
        return identity(settings, environment, Wire())

    return run


@pytest.mark.invariant(15)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("source", NAMED)
def test_a_named_token_goes_only_to_the_audience_that_is_set(
    source: str, text: str, attempt: Try
) -> None:
    if text in RIGHT:
        sent = attempt(source, TEXTS[text], told()).authorize("GET", URL, b"")
        assert sent == {"Authorization": f"Bearer {TEXTS[text]}"}
        return
    with pytest.raises(IdentityError) as refused:
        attempt(source, TEXTS[text], told())
    assert source.rstrip("=").replace("_file", " file") in str(refused.value)
    assert not TEXTS[text] or TEXTS[text] not in str(refused.value)


@pytest.mark.invariant(15)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("source", FOUND)
def test_a_found_token_that_does_not_name_the_audience_is_passed_over(
    source: str, text: str, attempt: Try
) -> None:
    found = attempt(source, TEXTS[text], told())
    assert found.door == ("web-identity" if text in RIGHT else "iam")


@pytest.mark.invariant(15)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("source", NAMED)
def test_a_named_token_may_be_for_another_audience_where_none_is_set(
    source: str, text: str, attempt: Try
) -> None:
    unset = told(audience=URL, audience_is_set=False)
    if text in {*RIGHT, "wrong", "with a slash"}:
        assert attempt(source, TEXTS[text], unset).door == "web-identity"
        return
    with pytest.raises(IdentityError):
        attempt(source, TEXTS[text], unset)


@pytest.mark.parametrize("source", FOUND)
@pytest.mark.parametrize(
    ("audience", "door"),
    [
        (URL, "web-identity"),
        (f"{URL}/", "web-identity"),
        ("https://vend.example.com", "web-identity"),
        ("https://vend.example.com/", "web-identity"),
        ("https://vend.example.com/v2", "iam"),
        ("https://vend.example.com.evil.example", "iam"),
        ("vend.example.com", "iam"),
    ],
)
def test_where_no_audience_is_set_the_service_s_address_is_the_audience(
    source: str, audience: str, door: str, attempt: Try
) -> None:
    unset = told(audience=URL, audience_is_set=False)
    assert attempt(source, token(audience), unset).door == door


@pytest.mark.parametrize("source", ["token_file=", "S3VEND_TOKEN_FILE", FOUND[0], "POD"])
def test_a_token_that_is_replaced_by_one_for_another_is_not_sent(
    source: str, attempt: Try, tmp_path: Path
) -> None:
    found = attempt(source, token(AUDIENCE, exp=1), told())
    (tmp_path / "token").write_text(TEXTS["STS"])
    for use in (lambda: found.authorize("GET", URL, b""), found.renew):
        with pytest.raises(IdentityError, match="never"):
            use()


def test_the_first_source_that_is_there_is_the_identity(
    platform: Platform, alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Sources are taken away one by one, from the first."""
    names = {"S3VEND_TOKEN_FILE": "our", "AWS_WEB_IDENTITY_TOKEN_FILE": "aws", "POD": "pod"}
    for name, file in names.items():
        (tmp_path / file).write_text(f"Bearer {token(AUDIENCE, sub=name)}\n")
    alone.setattr(platforms.kubernetes, "__defaults__", (tmp_path / "pod",))
    for name, value in (KEYS | REGION).items():
        alone.setenv(name, value)
    environment = REGION | platform(token(AUDIENCE, sub="platform"))
    environment |= {name: str(tmp_path / names[name]) for name in (*names,) if name != "POD"}
    environment["S3VEND_TOKEN"] = token(AUDIENCE, sub="S3VEND_TOKEN")
    order = {
        "S3VEND_TOKEN": "S3VEND_TOKEN",
        "S3VEND_TOKEN_FILE": "S3VEND_TOKEN_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "AWS_WEB_IDENTITY_TOKEN_FILE",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "platform",
        "GCE_METADATA_HOST": "platform",
    }
    for name, subject in order.items():
        one = identity(told(), environment, Wire())
        sent = one.authorize("GET", URL, b"")["Authorization"].removeprefix("Bearer ")
        assert read_claims(sent)["sub"] == subject
        assert sent not in repr(one)
        del environment[name]
    assert identity(told(), environment, Wire()).name == "Kubernetes"
    (tmp_path / "pod").unlink()
    assert identity(told(), environment, Wire()).door == "iam"


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
        *("S3VEND_TOKEN", "S3VEND_TOKEN_FILE", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        *("GitHub Actions", "Google Cloud", "Kubernetes", "AWS credentials"),
    ]
    assert all(line in str(refused.value) for line in refused.value.tried)


def test_a_file_that_the_user_names_must_be_there_and_one_that_is_found_may_be_gone(
    alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key, value in (KEYS | REGION).items():
        alone.setenv(key, value)
    gone = str(tmp_path / "gone")
    with pytest.raises(IdentityError, match="cannot be read"):
        identity(told(), {"S3VEND_TOKEN_FILE": gone}, Wire())
    found = search(told(), REGION | {"AWS_WEB_IDENTITY_TOKEN_FILE": gone}, Wire())
    assert found.identity.door == "iam"
    assert "cannot be read" in "".join(found.passed_over)


def test_a_refusal_says_of_each_source_why_it_was_passed_over(
    alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a pod of EKS, with IAM roles for service accounts and a token of ours."""
    (tmp_path / "aws").write_text(TEXTS["STS"])
    (tmp_path / "pod").write_text(TEXTS["wrong"])
    alone.setattr(platforms.kubernetes, "__defaults__", (tmp_path / "pod",))
    environment = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "aws")}
    with pytest.raises(IdentityError) as refused:
        identity(told(door="web-identity"), environment, Wire())
    lines = {line.partition(" ")[0].rstrip(":"): line for line in refused.value.tried}
    assert '"sts.amazonaws.com", which is AWS STS' in lines["AWS_WEB_IDENTITY_TOKEN_FILE"]
    assert '"https://other.example.com", not for "https://aud.' in lines["Kubernetes"]
    assert lines["S3VEND_TOKEN"].endswith("not set")


def test_so_does_the_error_of_a_source_that_does_not_work(
    alone: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """botocore takes the same file, and asks for a role; the reason is the audience."""
    (tmp_path / "aws").write_text(TEXTS["wrong"])
    alone.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "aws"))
    environment = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "aws")}
    with pytest.raises(IdentityError, match="role") as refused:
        search(told(), environment, Wire())
    assert "https://other.example.com" in refused.value.tried[0]
    assert "https://other.example.com" in str(refused.value)
