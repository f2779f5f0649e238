"""`configure`: what is written, and what is refused."""

from pathlib import Path

import pytest

from tests.client.typed import typed

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--url", "http://example.com"), "must begin with https://"),
        (
            ("--url", "https://a/v1", "--token-file", "t", "--aws-profile", "p"),
            "More than one identity",
        ),
        (
            ("--url", "https://a/v1", "--token-file", "t", "--door", "iam"),
            "iam takes AWS credentials",
        ),
        (("--url", "https://a/v1", "--token-file", "-"), "a profile cannot contain a token"),
        (("--url", "https://a/v1", "--profile", "y"), "name the profile without --profile"),
    ],
)
def test_what_could_not_be_used_is_not_written(
    words: "tuple[str, ...]", said: str, tmp_path: Path
) -> None:
    ended = typed("configure", "x", *words)
    assert ended.code == 2
    assert said in ended.err
    assert not (tmp_path / "config/s3vend/config").exists()


def test_a_token_file_is_found_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = typed("configure", "x", "--url", "https://a/v1", "--token-file", "t", "-o", "json")
    assert ended.json == {
        "profile": "x",
        "file": str(tmp_path / "config/s3vend/config"),
        "url": "https://a/v1",
        "token_file": str(tmp_path / "t"),
    }
