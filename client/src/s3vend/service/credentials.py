"""Vended credentials: as a value, and as a function that renews them for all threads at once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from time import time
from typing import Any, Literal

from s3vend.errors import S3VendError
from s3vend.service.connect import Service, connect
from s3vend.service.targets import Targets, target_members

Permission = Literal["READ", "WRITE", "READWRITE"]
Privilege = Literal["Minimal", "Default"]

# Seconds before the end: first one thread renews the credentials, later all threads wait for it.
ADVISORY, MANDATORY = 300.0, 90.0
ADVISORY_SHARE, MANDATORY_SHARE = 1 / 3, 1 / 10  # of the lifetime, if that is less


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary AWS credentials. They open ``matched_grant_targets`` until ``expiration`` (UTC)."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    region: str  # of the buckets; empty if they are in several
    permission: str  # of all targets, or several separated by spaces
    matched_grant_targets: tuple[str, ...]
    vend_id: str
    session_id: str

    @property
    def environment(self) -> dict[str, str]:
        """The credentials and region as the environment variables that every AWS SDK reads."""
        regions = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), self.region)
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
            **(regions if self.region else {}),
        }


def credentials(
    target: Targets,
    *,
    permission: Permission = "READ",
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Credentials:
    """Vend credentials once.

    ``target`` is `s3://bucket/key`, `s3://bucket/prefix/*`, or an iterable of up to 20 of them.
    ``duration_seconds`` is 900 to 3,600; if absent, the grant's maximum. ``privilege`` "Default"
    opens the grant's whole scope. ``service`` defaults to `connect()`.

    Raises:
        ServiceError: the service refused the request, such as AccessDenied.
        Unreachable: no answer.
        IdentityError: as `connect`.
        SettingsError: as `connect`, or a target is not a text.
    """
    return vend_function(target, permission, privilege, duration_seconds, service)()


def vend_function(
    target: Targets,
    permission: Permission,
    privilege: Privilege | None,
    duration_seconds: int | None,
    service: Service | None,
) -> Callable[[], Credentials]:
    """Return a function that vends, each time it is called, what `credentials` would."""
    request: dict[str, object] = {"permission": permission, **target_members(target)}
    if privilege is not None:
        request["privilege"] = privilege
    if duration_seconds is not None:
        request["durationSeconds"] = duration_seconds
    connected = service or connect()
    return lambda: credentials_of(connected.ask("credentials", request))


def credentials_of(answer: dict[str, Any]) -> Credentials:
    """Return the credentials in an answer of the service."""
    keys = answer["credentials"]
    matched = answer["matchedGrantTargets"]
    own = [one for one in matched if isinstance(one, dict) and "permission" in one]
    return Credentials(
        keys["accessKeyId"],
        keys["secretAccessKey"],
        keys["sessionToken"],
        parse_time(keys["expiration"]),
        answer.get("region", ""),
        answer.get("permission") or " ".join(sorted({one["permission"] for one in own})),
        tuple(one["target"] for one in own) or tuple(matched),
        answer["vendId"],
        answer["sessionId"],
    )


def parse_time(text: str) -> datetime:
    """Parse a time in the service's format (RFC 3339); the result is in UTC."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    except (AttributeError, ValueError, OverflowError):
        raise S3VendError(f"The service's answer has {text!r} in place of a time.") from None


def margins(life: float) -> tuple[float, float]:
    """Return when to renew, and when to wait for the renewal, in seconds before the end.

    ``life`` is the lifetime of the credentials in seconds.
    """
    return min(ADVISORY, life * ADVISORY_SHARE), min(MANDATORY, life * MANDATORY_SHARE)


class Fresh:
    """A function that returns valid credentials. Thread-safe. `fresh` makes it."""

    def __init__(self, vend: Callable[[], Credentials], now: Callable[[], float] = time) -> None:
        self._vend, self._now = vend, now
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
        except S3VendError:
            if self._left() <= 0:
                raise
            return  # the current ones are still valid; the next call tries again
        self._life = self._left()

    def _left(self) -> float:
        return self._current.expiration.timestamp() - self._now()


def fresh(
    target: Targets,
    *,
    permission: Permission = "READ",
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Fresh:
    """Return a function that returns credentials and vends again before they expire.

    Vends at once. The arguments and errors are those of `credentials`.
    """
    return Fresh(vend_function(target, permission, privilege, duration_seconds, service))
