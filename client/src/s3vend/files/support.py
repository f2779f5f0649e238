"""What some file systems cannot do, such as those of NFS, CIFS and FUSE: locks, flushes, modes."""

import errno
from collections.abc import Callable

UNSUPPORTED = frozenset(
    {
        *(errno.EINVAL, errno.ENOSYS, errno.ENOTTY, errno.EPERM, errno.ENOLCK),
        *(errno.ENOTSUP, errno.EOPNOTSUPP),
    }
)


def supported(act: Callable[[], object]) -> bool:
    """Do it; return whether the file system can.

    Raises:
        OSError: it can, and it failed, such as with EIO.
    """
    try:
        act()
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        return False
    return True
