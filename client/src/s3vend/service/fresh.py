"""Credentials that are renewed before they expire, for all threads at once."""

import threading
from collections.abc import Callable
from time import time

from s3vend.errors import S3VendError
from s3vend.service.connect import Service
from s3vend.service.credentials import Credentials, Privilege, vend_function
from s3vend.service.targets import OwnTargets, Permission, Targets

# Seconds before the end: first one thread renews the credentials, later all threads wait for it.
ADVISORY, MANDATORY = 300.0, 90.0
ADVISORY_SHARE, MANDATORY_SHARE = 1 / 3, 1 / 10  # of the lifetime, if that is less


def margins(life: float) -> tuple[float, float]:
    """Return when to renew, and when to wait for the renewal, in seconds before the end.

    ``life`` is the lifetime of the credentials in seconds.
    """
    return min(ADVISORY, life * ADVISORY_SHARE), min(MANDATORY, life * MANDATORY_SHARE)


class Fresh:
    """A function that returns valid credentials. Thread-safe. `fresh` makes it.

    ``failed`` is called with the error of a renewal while the current credentials are still valid.
    """

    def __init__(
        self,
        vend: Callable[[], Credentials],
        now: Callable[[], float] = time,
        failed: Callable[[S3VendError], None] | None = None,
    ) -> None:
        self._vend, self._now, self._failed = vend, now, failed
        self._lock = threading.Lock()
        self._current = vend()
        self._life = self._left()

    def __repr__(self) -> str:
        return f"<fresh {self._current!r}>"

    def __call__(self) -> Credentials:
        """Return credentials that do not expire soon.

        Near the end one thread renews them while the others use the current ones; close to the
        end all threads wait for the new ones.

        Raises:
            S3VendError: the credentials have expired and cannot be renewed.
        """
        advisory, mandatory = margins(self._life)
        if self._left() > advisory:
            return self._current
        if self._lock.acquire(blocking=self._left() <= mandatory):
            try:
                if self._left() <= margins(self._life)[0]:  # no other thread has renewed them
                    self._renew()
            finally:
                self._lock.release()
        return self._current

    def _renew(self) -> None:
        try:
            self._current = self._vend()
        except S3VendError as error:
            if self._left() <= 0:
                raise
            if self._failed is not None:
                self._failed(error)
            return  # the current ones are still valid; the next call tries again
        self._life = self._left()

    def _left(self) -> float:
        return self._current.expiration.timestamp() - self._now()


def fresh(
    target: Targets | None = None,
    *,
    permission: Permission | None = None,
    read: Targets | None = None,
    write: Targets | None = None,
    readwrite: Targets | None = None,
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Fresh:
    """Return a function that returns credentials and vends again before they expire.

    Vends at once. The arguments and errors are those of `credentials`.
    """
    own: OwnTargets = {"READ": read, "WRITE": write, "READWRITE": readwrite}
    return Fresh(vend_function(target, permission, own, privilege, duration_seconds, service))
