"""Sessions of boto3, botocore and aiobotocore whose credentials renew themselves in time."""

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from s3vend.errors import SettingsError
from s3vend.service.connect import Service, connect
from s3vend.service.credentials import (
    Credentials,
    Permission,
    Privilege,
    Targets,
    credentials,
    margins,
)

if TYPE_CHECKING:
    import boto3
    import botocore.session

METHOD = "s3vend"  # as botocore names where credentials come from


def session(
    target: Targets,
    *,
    permission: Permission = "READ",
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> "boto3.Session":
    """A `boto3.Session` for the targets, in the bucket's region; for many threads.

    Vends at once, so that a refusal is raised here, and again before the credentials end.

    Raises:
        SettingsError: boto3 is not installed.
        ServiceError, IdentityError, Unreachable: as `credentials`.
    """
    try:
        from boto3 import Session
    except ImportError:
        raise SettingsError(
            "s3vend.session needs boto3: pip install 's3vend[boto3]'. "
            "With botocore alone, take s3vend.botocore_session."
        ) from None
    own = botocore_session(
        target,
        permission=permission,
        privilege=privilege,
        duration_seconds=duration_seconds,
        service=service,
    )
    return Session(botocore_session=own, region_name=own.get_config_variable("region"))


def botocore_session(
    target: Targets,
    *,
    permission: Permission = "READ",
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> "botocore.session.Session":
    """The same as a `botocore.session.Session`."""
    from botocore.credentials import CredentialResolver, RefreshableCredentials
    from botocore.session import Session

    vend = _vend_function(target, permission, privilege, duration_seconds, service)
    first = vend()
    own = RefreshableCredentials(
        **_keys(first),
        refresh_using=lambda: metadata(vend()),
        method=METHOD,
        **_refresh_times(first),
    )
    own_provider: Any = [_Provider(own)]
    made = Session()
    made.set_config_variable("region", first.region)
    made.register_component("credential_provider", CredentialResolver(own_provider))
    return made


async def aiobotocore_session(
    target: Targets,
    *,
    permission: Permission = "READ",
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Any:
    """The same as an `aiobotocore.session.AioSession`, also for s3fs (``session=``).

    Raises:
        SettingsError: aiobotocore is not installed.
    """
    import asyncio

    try:
        from aiobotocore.credentials import AioCredentialResolver, AioRefreshableCredentials
        from aiobotocore.session import AioSession
    except ImportError:
        raise SettingsError(
            "s3vend.aiobotocore_session needs aiobotocore: pip install 's3vend[aiobotocore]'."
        ) from None
    vend = _vend_function(target, permission, privilege, duration_seconds, service)

    async def refresh() -> dict[str, str]:
        return metadata(await asyncio.to_thread(vend))

    first = await asyncio.to_thread(vend)
    own = AioRefreshableCredentials(
        **_keys(first), refresh_using=refresh, method=METHOD, **_refresh_times(first)
    )
    made = AioSession()
    made.set_config_variable("region", first.region)
    made.register_component("credential_provider", AioCredentialResolver([_AioProvider(own)]))
    return made


class _Provider:
    """What botocore asks for credentials: the only one of its session."""

    METHOD = CANONICAL_NAME = METHOD

    def __init__(self, own: Any) -> None:
        self._own = own

    def load(self) -> Any:
        return self._own


class _AioProvider(_Provider):
    async def load(self) -> Any:
        return self._own


def metadata(keys: Credentials) -> dict[str, str]:
    """Credentials as botocore takes them from whatever refreshes them."""
    return {
        "access_key": keys.access_key_id,
        "secret_key": keys.secret_access_key,
        "token": keys.session_token,
        "expiry_time": keys.expiration.isoformat(),
    }


def _vend_function(
    target: Targets,
    permission: Permission,
    privilege: Privilege | None,
    duration_seconds: int | None,
    service: Service | None,
) -> Any:
    asked = service or connect()
    return lambda: credentials(
        target,
        permission=permission,
        privilege=privilege,
        duration_seconds=duration_seconds,
        service=asked,
    )


def _keys(keys: Credentials) -> dict[str, Any]:
    return metadata(keys) | {"expiry_time": keys.expiration}


def _refresh_times(first: Credentials) -> dict[str, Any]:
    """botocore's own, a quarter of an hour before the end, would renew for every request."""
    life = (first.expiration - datetime.now(timezone.utc)).total_seconds()
    advisory, mandatory = margins(max(life, 0.0))
    return {"advisory_timeout": advisory, "mandatory_timeout": mandatory}
