"""Where a download may be put."""

from pathlib import Path

import pytest

import s3vend


@pytest.mark.parametrize("path", ["/dev/null", "gone/file"])
def test_a_device_is_not_replaced_and_a_directory_not_invented(tmp_path: Path, path: str) -> None:
    with pytest.raises(s3vend.SettingsError):
        s3vend.download("s3://b/k", tmp_path / path, service=object())  # type: ignore[arg-type]
