"""Where a download may be put, and what it leaves where it fails."""

from pathlib import Path

import pytest

import s3vend
from tests.client.conftest import Asked, Reply, Serve
from tests.client.storing import TARGET, Stored, names, serving_object


@pytest.mark.parametrize("path", ["/dev/null", "gone/file"])
def test_a_device_is_not_replaced_and_a_directory_not_invented(tmp_path: Path, path: str) -> None:
    with pytest.raises(s3vend.SettingsError):
        s3vend.download("s3://b/k", tmp_path / path, service=object())  # type: ignore[arg-type]


def refusing(asked: Asked, reply: Reply) -> Reply:
    """S3 answers to the first range alone."""
    first = "range" not in asked.headers or asked.headers["range"].startswith("bytes=0-")
    return reply if first else (404, {}, b"<Error><Code>NoSuchKey</Code></Error>")


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("saved", [True, False])
def test_a_part_file_stays_only_where_a_later_run_can_find_it(
    saved: bool, serve: Serve, tmp_path: Path
) -> None:
    stored, remarks = Stored([b"a" * 10, b"b" * 10], instead=refusing), list[str]()
    service = serving_object(stored, serve)
    if not saved:
        (tmp_path / "state").write_text("in the way")
    path = tmp_path / "down/file"
    path.parent.mkdir()

    def once() -> "s3vend.Downloaded":
        return s3vend.download(
            TARGET, path, part_size=10, parallel=1, remark=remarks.append, service=service
        )

    with pytest.raises(s3vend.StorageError):
        once()
    assert [name.partition("-")[0] for name in names(path.parent)] == [".s3vend"] * saved
    stored.instead = lambda asked, reply: reply
    assert once().resumed == (10 if saved else 0)
    assert names(path.parent) == ["file"]
    assert sum("cannot be resumed" in said for said in remarks) == (0 if saved else 2)
