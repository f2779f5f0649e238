"""What is cut out of messages, since an answer may repeat what was sent."""

import pytest

from s3vend.errors import StorageError
from s3vend.printable import without_secrets
from tests.client.tokens import raw, token

URL = "https://b.s3.amazonaws.com/k?X-Amz-Date=d&X-Amz-Signature={}&X-Amz-SignedHeaders=host"


@pytest.mark.parametrize(
    "text",
    [
        "Bearer {}.",
        '{{"authorization": "Bearer {}"}}',
        "Bearer {}\n",
    ],
)
@pytest.mark.parametrize("secret", [token(), raw('{ "alg": "RS256"}', '{"aud": "a"}')])
def test_a_token_is_cut_out(text: str, secret: str) -> None:
    shown = without_secrets(text.format(secret))
    assert secret.rpartition(".")[2] not in shown
    assert shown.startswith(text.partition("{}")[0].format())


@pytest.mark.parametrize(
    "text",
    [URL, "Credential=AKIA/x, Signature={}", "X-Amz-Security-Token={}&x=1"],
)
def test_a_signature_is_cut_out(text: str) -> None:
    secret = "0123456789abcdef" * 4
    assert without_secrets(text.format(secret)) == text.format("…")


@pytest.mark.parametrize(
    "text",
    ["", "key.with.dots", "eyes.example.com", "s3://b/eyJ/a.b", "SignatureDoesNotMatch", "a=b"],
)
def test_other_text_stays(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize("around", ["{}", "x-{}", "a.b.{}.more", "{}.{}", "ey-{}", "ey.{}"])
def test_a_token_is_cut_out_of_what_is_around_it(around: str) -> None:
    secret = token()
    shown = without_secrets(around.format(secret, secret))
    assert not any(part in shown for part in secret.split("."))
    assert "…" in shown


@pytest.mark.parametrize("text", ["ey-", "ey.", "e", "eyaaaaaaaa-", "a."])
def test_a_long_text_that_somebody_chose_is_read_once(text: str) -> None:
    """With the square of its length as steps, this takes an hour."""
    assert without_secrets(text * 1_000_000) == text * 1_000_000


def test_no_error_of_s3_shows_a_url() -> None:
    error = StorageError("put s3://b/k", 400, "X", URL.format("0123456789abcdef"))
    assert "0123456789abcdef" not in str(error)
