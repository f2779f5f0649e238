"""`cp` of a directory, of a prefix and within S3: refused, with the command that copies it."""

from pathlib import Path

import pytest
from s3vend.cli.objects.many import check_one

from s3vend.cli.terminal.refusal import Refusal

EXEC = "s3vend exec"
TREE = "-- aws s3 cp --recursive"


@pytest.mark.parametrize("source", ["s3://b/reports/", "s3://b/reports/*"])
def test_a_prefix_is_copied_by_another_command(source: str) -> None:
    command = f"{EXEC} --read 's3://b/reports/*' {TREE} s3://b/reports/ ."
    with pytest.raises(Refusal, match="is a prefix, and cp copies one object") as refused:
        check_one(source, ".")
    assert str(refused.value).endswith(f": {command}")


@pytest.mark.parametrize("destination", ["s3://b/up", "s3://b/up/", "s3://b/up/*"])
def test_a_directory_is_copied_by_another_command(destination: str, tmp_path: Path) -> None:
    folder = tmp_path / "two words"
    folder.mkdir()
    command = f"{EXEC} --write 's3://b/up/*' {TREE} '{folder}' s3://b/up/"
    with pytest.raises(Refusal, match="is a directory, and cp copies one file") as refused:
        check_one(str(folder), destination)
    assert str(refused.value).endswith(f": {command}")


def test_a_whole_bucket_is_copied_by_another_command() -> None:
    with pytest.raises(Refusal, match=r"--read 's3://b/\*' -- .* s3://b/ new$"):
        check_one("s3://b/", "new")


def test_a_copy_within_s3_is_made_by_another_command() -> None:
    command = f"{EXEC} --read s3://b/a --write s3://c/a -- aws s3 cp s3://b/a s3://c/a"
    with pytest.raises(Refusal, match="exactly one of") as refused:
        check_one("s3://b/a", "s3://c/a")
    assert str(refused.value).endswith(f": {command}")


@pytest.mark.parametrize(
    ("source", "destination"),
    [("s3://b/a", "."), ("s3://b/a", "-"), ("-", "s3://b/a"), ("no-such-file", "s3://b/up/")],
)
def test_one_file_or_object_is_not_refused(source: str, destination: str) -> None:
    check_one(source, destination)
