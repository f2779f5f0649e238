"""Vended credentials as a value, and the request for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from s3vend.service.connect import Service, connect
from s3vend.service.targets import OwnTargets, Permission, Targets, wanted_members
from s3vend.service.times import parse_time

Privilege = Literal["Minimal", "Default"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary AWS credentials. They open ``matched_grant_targets`` until ``expiration`` (UTC)."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expiration: datetime
    region: str  # of the buckets; empty if they are in several: see ``buckets``
    permission: str  # of all targets, or several separated by spaces
    matched_grant_targets: tuple[str, ...]
    vend_id: str
    session_id: str
    buckets: Mapping[str, str] = field(default_factory=dict, hash=False)  # each one's region

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
    target: Targets | None = None,
    *,
    permission: Permission | None = None,
    read: Targets | None = None,
    write: Targets | None = None,
    readwrite: Targets | None = None,
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Credentials:
    """Vend credentials once.

    ``target`` is `s3://bucket/key`, `s3://bucket/prefix/*`, or an iterable of them, and
    ``permission`` what may be done with it: "READ" (the default), "WRITE" or "READWRITE".
    ``read``, ``write`` and ``readwrite`` are targets with a permission of their own, to read here
    and write there. Up to 20 targets together, under up to three grants.
    ``duration_seconds`` is 900 to 3,600; if absent, the grant's maximum. ``privilege`` "Default"
    opens the grant's whole scope. ``service`` defaults to `connect()`.

    Raises:
        ServiceError: the service refused the request, such as AccessDenied.
        Unreachable: no answer.
        IdentityError: as `connect`.
        SettingsError: as `connect`, or there is no target, one is not a text, or ``permission`` is
            given without ``target``.
    """
    own: OwnTargets = {"READ": read, "WRITE": write, "READWRITE": readwrite}
    return vend_function(target, permission, own, privilege, duration_seconds, service)()


def vend_function(
    target: Targets | None,
    permission: Permission | None,
    own: OwnTargets,
    privilege: Privilege | None,
    duration_seconds: int | None,
    service: Service | None,
) -> Callable[[], Credentials]:
    """Return a function that vends, each time it is called, what `credentials` would."""
    request = wanted_members(target, permission, own)
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
        {one["bucket"]: one["region"] for one in answer.get("buckets", ())},
    )
