"""File systems that cannot do something, and those where it fails."""

import errno
import os

import pytest

from s3vend.files.support import supported

CANNOT = [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM, errno.ENOLCK]


def raising(code: int) -> object:
    raise OSError(code, os.strerror(code))


@pytest.mark.parametrize("code", CANNOT)
def test_what_a_file_system_cannot_do_is_told_from_what_failed(code: int) -> None:
    assert not supported(lambda: raising(code))
    assert supported(lambda: None)


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS])
def test_what_failed_is_raised(code: int) -> None:
    with pytest.raises(OSError, match=os.strerror(code)):
        supported(lambda: raising(code))
