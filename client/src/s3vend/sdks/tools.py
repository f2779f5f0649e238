"""Credentials in the form that each tool expects; docs/clients.md has a recipe for each tool."""

from typing import Any

from s3vend.service.credentials import Credentials
from s3vend.service.fresh import Fresh


class ObstoreProvider:
    """A credential provider for obstore; ``keep`` is a result of `fresh`.

    ``S3Store(bucket, credential_provider=ObstoreProvider(fresh(…)))``
    """

    def __init__(self, keep: Fresh) -> None:
        self._keep = keep
        self.config = _region(keep(), "region")  # obstore reads it

    def __call__(self) -> dict[str, Any]:
        """Return an `obstore.store.S3Credential`."""
        keys = self._keep()
        return {
            "access_key_id": keys.access_key_id,
            "secret_access_key": keys.secret_access_key,
            "token": keys.session_token,
            "expires_at": keys.expiration,
        }


class PolarsProvider:
    """A credential provider for Polars; ``keep`` is a result of `fresh`.

    ``scan_parquet(…, credential_provider=PolarsProvider(fresh(…)))``

    Polars takes no region from a provider: set ``storage_options={"aws_region": …}``.
    """

    def __init__(self, keep: Fresh) -> None:
        self._keep = keep

    def __call__(self) -> tuple[dict[str, str | None], int | None]:
        """Return the credentials by Polars' names, and their expiration in seconds since 1970."""
        keys = self._keep()
        named: dict[str, str | None] = {
            "aws_access_key_id": keys.access_key_id,
            "aws_secret_access_key": keys.secret_access_key,
            "aws_session_token": keys.session_token,
        }
        return named, int(keys.expiration.timestamp())


def duckdb_secret(
    keys: Credentials, *, name: str = "s3vend", scope: str | None = None, **more: str
) -> str:
    """Return a `CREATE OR REPLACE SECRET` statement for DuckDB.

    Execute a new one before the credentials expire; it replaces the previous secret, which is
    kept in memory only. ``scope``, such as `s3://bucket/prefix/`, limits the secret to these keys;
    ``more`` are further options of the secret, such as ``endpoint``. Where the buckets are in
    several regions, there is a statement for each bucket, unless ``more`` has a region. The
    statements contain the credentials: never log them.

    Raises:
        ValueError: ``name`` or a name in ``more`` is not an identifier, or ``scope`` is given where
            the buckets are in several regions, and ``region`` is not.
    """
    options = {_identifier(key).upper(): value for key, value in more.items()}
    if keys.region or not keys.buckets or "REGION" in options:
        return _secret(keys, name, {"REGION": keys.region, **options, "SCOPE": scope or ""})
    if scope:
        raise ValueError("the buckets are in several regions: give region=, or no scope=")
    each = enumerate(keys.buckets.items(), start=1)
    return "; ".join(
        _secret(keys, f"{name}_{number}", {"REGION": region, "SCOPE": f"s3://{bucket}/", **options})
        for number, (bucket, region) in each
    )


def _secret(keys: Credentials, name: str, options: dict[str, str]) -> str:
    members = {
        "KEY_ID": keys.access_key_id,
        "SECRET": keys.secret_access_key,
        "SESSION_TOKEN": keys.session_token,
        **{key: value for key, value in options.items() if value},
    }
    listed = ", ".join(f"{key} {_quote(value)}" for key, value in members.items())
    return f"CREATE OR REPLACE TEMPORARY SECRET {_identifier(name)} (TYPE s3, {listed})"


def pyarrow_keys(keys: Credentials) -> dict[str, str]:
    """Return the arguments for ``pyarrow.fs.S3FileSystem(**pyarrow_keys(…))``.

    Make a new file system before the credentials expire.
    """
    return {
        "access_key": keys.access_key_id,
        "secret_key": keys.secret_access_key,
        "session_token": keys.session_token,
        **_region(keys, "region"),
    }


def pyiceberg_properties(keys: Credentials) -> dict[str, str]:
    """Return the properties for a catalog or a FileIO of pyiceberg."""
    return {
        "s3.access-key-id": keys.access_key_id,
        "s3.secret-access-key": keys.secret_access_key,
        "s3.session-token": keys.session_token,
        **_region(keys, "s3.region"),
    }


def _region(keys: Credentials, name: str) -> dict[str, str]:
    """Return the region by the tool's name of it; nothing where the buckets have several."""
    return {name: keys.region} if keys.region else {}


def _identifier(text: str) -> str:
    if not (text.isidentifier() and text.isascii()):
        raise ValueError(f"{text!r} is not a name for DuckDB; use letters, digits and '_'")
    return text


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
