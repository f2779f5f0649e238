"""Credentials as a plain value, and kept fresh: one vend for as many threads as there are."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from time import time
from typing import Any, Literal

from s3vend.errors import S3VendError
from s3vend.service.connect import Service, connect

Permission = Literal["READ", "WRITE", "READWRITE"]
Privilege = Literal["Minimal", "Default"]
Targets = str | Sequence[str]

ADVISORY, MANDATORY = 300.0, 90.0  # seconds before the end: one renews; everybody waits for it
ADVISORY_SHARE, MANDATORY_SHARE = 1 / 3, 1 / 10  # of a life that is short


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary keys for what they were asked for, until ``expiration`` (UTC)."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    region: str  # of the bucket
    permission: str
    matched_grant_targets: tuple[str, ...]
    vend_id: str
    session_id: str

    @property
    def environment(self) -> dict[str, str]:
        """As environment variables that every AWS SDK reads."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }


def credentials(
    target: Targets,
    *,
    permission: Permission = "READ",
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Credentials:
    """Vend once. ``target`` is `s3://bucket/key`, `s3://bucket/prefix/*`, or up to 20 of them.

    ``duration_seconds``: 900 to 3,600; absent, the most that the grant allows. ``privilege``
    "Default" opens the grant's whole scope. Without ``service``, `connect()` finds it.

    Raises:
        ServiceError: refused, such as AccessDenied; IdentityError, SettingsError, Unreachable.
    """
    asked: dict[str, object] = {"permission": permission}
    asked |= {"target": target} if isinstance(target, str) else {"targets": list(target)}
    if privilege is not None:
        asked["privilege"] = privilege
    if duration_seconds is not None:
        asked["durationSeconds"] = duration_seconds
    return credentials_of((service or connect()).ask("credentials", asked))


def credentials_of(answer: dict[str, Any]) -> Credentials:
    """The service's answer as a value."""
    keys = answer["credentials"]
    return Credentials(
        keys["accessKeyId"],
        keys["secretAccessKey"],
        keys["sessionToken"],
        parse_time(keys["expiration"]),
        answer["region"],
        answer["permission"],
        tuple(answer["matchedGrantTargets"]),
        answer["vendId"],
        answer["sessionId"],
    )


def parse_time(text: str) -> datetime:
    """A time as the service writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def margins(life: float) -> tuple[float, float]:
    """Seconds before the end of a life of so many: when to renew, and when to wait for it."""
    return min(ADVISORY, life * ADVISORY_SHARE), min(MANDATORY, life * MANDATORY_SHARE)


class Fresh:
    """Called, it answers credentials that do not end right now; made by `fresh`."""

    def __init__(self, vend: Callable[[], Credentials], now: Callable[[], float] = time) -> None:
        self._vend, self._now = vend, now
        self._lock = threading.Lock()
        self._kept = vend()
        self._life = self._left()

    def __repr__(self) -> str:
        return f"<fresh {self._kept!r}>"

    def __call__(self) -> Credentials:
        """Near the end one thread renews and the others go on; at the end all wait for it.

        Raises:
            S3VendError: they cannot be renewed, and those that are there have ended.
        """
        advisory, mandatory = margins(self._life)
        if self._left() > advisory:
            return self._kept
        if self._lock.acquire(blocking=self._left() <= mandatory):
            try:
                if self._left() <= margins(self._life)[0]:  # nobody else has been faster
                    self._renew()
            finally:
                self._lock.release()
        return self._kept

    def _renew(self) -> None:
        try:
            self._kept = self._vend()
        except S3VendError:
            if self._left() <= 0:
                raise
            return  # they hold still; the next call tries again
        self._life = self._left()

    def _left(self) -> float:
        return self._kept.expiration.timestamp() - self._now()


def fresh(
    target: Targets,
    *,
    permission: Permission = "READ",
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Fresh:
    """The same as `credentials`, as a function that vends again before they end."""
    asked = service or connect()
    return Fresh(
        lambda: credentials(
            target,
            permission=permission,
            privilege=privilege,
            duration_seconds=duration_seconds,
            service=asked,
        )
    )
