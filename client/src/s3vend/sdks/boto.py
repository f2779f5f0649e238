"""Sessions of boto3, botocore and aiobotocore that renew their credentials in time."""

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from s3vend.errors import SettingsError
from s3vend.service.connect import Service
from s3vend.service.credentials import Credentials, Privilege, vend_function
from s3vend.service.fresh import margins
from s3vend.service.targets import OwnTargets, Permission, Targets

if TYPE_CHECKING:
    import boto3
    import botocore.session

METHOD = "s3vend"  # botocore's name for the source of the credentials


def session(
    target: Targets | None = None,
    *,
    permission: Permission | None = None,
    read: Targets | None = None,
    write: Targets | None = None,
    readwrite: Targets | None = None,
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> "boto3.Session":
    """Return a `boto3.Session` for the targets, in the region of the first bucket.

    Vends at once, so that a refusal is raised here, and again before the credentials expire.
    The arguments are those of `credentials`.

    Raises:
        SettingsError: boto3 is not installed.
        ServiceError, IdentityError, Unreachable: as `credentials`.
    """
    try:
        from boto3 import Session
    except ImportError:
        raise SettingsError(
            "s3vend.session needs boto3: install the extra s3vend[boto3]. "
            "With botocore alone, use s3vend.botocore_session."
        ) from None
    inner = botocore_session(
        target,
        permission=permission,
        read=read,
        write=write,
        readwrite=readwrite,
        privilege=privilege,
        duration_seconds=duration_seconds,
        service=service,
    )
    return Session(botocore_session=inner, region_name=inner.get_config_variable("region"))


def botocore_session(
    target: Targets | None = None,
    *,
    permission: Permission | None = None,
    read: Targets | None = None,
    write: Targets | None = None,
    readwrite: Targets | None = None,
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> "botocore.session.Session":
    """Return a `botocore.session.Session`, as `session` does for boto3."""
    from botocore.credentials import CredentialResolver, RefreshableCredentials
    from botocore.session import Session

    own: OwnTargets = {"READ": read, "WRITE": write, "READWRITE": readwrite}
    vend = vend_function(target, permission, own, privilege, duration_seconds, service)
    first = vend()
    refreshable = RefreshableCredentials(
        **_keys(first),
        refresh_using=lambda: metadata(vend()),
        method=METHOD,
        **_refresh_times(first),
    )
    providers: Any = [_Provider(refreshable)]
    new_session = Session()
    new_session.set_config_variable("region", _region(first))
    new_session.register_component("credential_provider", CredentialResolver(providers))
    return new_session


async def aiobotocore_session(
    target: Targets | None = None,
    *,
    permission: Permission | None = None,
    read: Targets | None = None,
    write: Targets | None = None,
    readwrite: Targets | None = None,
    privilege: Privilege | None = None,
    duration_seconds: int | None = None,
    service: Service | None = None,
) -> Any:
    """Return an `aiobotocore.session.AioSession`, as `session` does for boto3.

    s3fs takes it as ``session=``.

    Raises:
        SettingsError: aiobotocore is not installed.
    """
    import asyncio

    try:
        from aiobotocore.credentials import AioCredentialResolver, AioRefreshableCredentials
        from aiobotocore.session import AioSession
    except ImportError:
        raise SettingsError(
            "s3vend.aiobotocore_session needs aiobotocore: install the extra s3vend[aiobotocore]."
        ) from None
    own: OwnTargets = {"READ": read, "WRITE": write, "READWRITE": readwrite}
    vend = vend_function(target, permission, own, privilege, duration_seconds, service)

    async def refresh() -> dict[str, str]:
        return metadata(await asyncio.to_thread(vend))

    first = await asyncio.to_thread(vend)
    refreshable = AioRefreshableCredentials(
        **_keys(first), refresh_using=refresh, method=METHOD, **_refresh_times(first)
    )
    new_session = AioSession()
    new_session.set_config_variable("region", _region(first))
    new_session.register_component(
        "credential_provider", AioCredentialResolver([_AioProvider(refreshable)])
    )
    return new_session


class _Provider:
    """The only credential provider of a session."""

    METHOD = CANONICAL_NAME = METHOD

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load(self) -> Any:
        return self._credentials


class _AioProvider(_Provider):
    async def load(self) -> Any:
        return self._credentials


def metadata(keys: Credentials) -> dict[str, str]:
    """Return the credentials in the form that botocore expects from a refresh."""
    return {
        "access_key": keys.access_key_id,
        "secret_key": keys.secret_access_key,
        "token": keys.session_token,
        "expiry_time": keys.expiration.isoformat(),
    }


def _region(first: Credentials) -> str:
    """Return the region of the buckets, or of the first: botocore follows S3 to those elsewhere."""
    return first.region or next(iter(first.buckets.values()), "")


def _keys(keys: Credentials) -> dict[str, Any]:
    return metadata(keys) | {"expiry_time": keys.expiration}


def _refresh_times(first: Credentials) -> dict[str, Any]:
    """Return refresh times that suit the lifetime.

    botocore's default, 15 minutes before the end, would renew short credentials on every request.
    """
    life = (first.expiration - datetime.now(timezone.utc)).total_seconds()
    advisory, mandatory = margins(max(life, 0.0))
    return {"advisory_timeout": advisory, "mandatory_timeout": mandatory}
