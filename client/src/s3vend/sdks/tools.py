"""Credentials in the form that other tools ask for; docs/clients.md has a recipe for each."""

from typing import Any

from s3vend.service.credentials import Credentials, Fresh


class ObstoreProvider:
    """For obstore: ``S3Store(bucket, credential_provider=ObstoreProvider(fresh(…)))``."""

    def __init__(self, keep: Fresh) -> None:
        self._keep = keep
        self.config = {"region": keep().region}  # obstore reads it

    def __call__(self) -> dict[str, Any]:
        """An `obstore.store.S3Credential`."""
        keys = self._keep()
        return {
            "access_key_id": keys.access_key_id,
            "secret_access_key": keys.secret_access_key,
            "token": keys.session_token,
            "expires_at": keys.expiration,
        }


class PolarsProvider:
    """For Polars: ``scan_parquet(…, credential_provider=PolarsProvider(fresh(…)))``.

    It takes no region from a provider: ``storage_options={"aws_region": …}`` has it.
    """

    def __init__(self, keep: Fresh) -> None:
        self._keep = keep

    def __call__(self) -> tuple[dict[str, str | None], int | None]:
        """Keys by Polars' names, and when they end in seconds since 1970."""
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
    """`CREATE OR REPLACE SECRET` for DuckDB; execute it again before the credentials end.

    It replaces the one before and lives in memory alone. ``scope`` such as `s3://bucket/prefix/`
    leaves other keys to other secrets; ``more`` are other members, such as ``endpoint``. The text
    has the keys in it: execute it, never log it.
    """
    members = {
        "KEY_ID": keys.access_key_id,
        "SECRET": keys.secret_access_key,
        "SESSION_TOKEN": keys.session_token,
        "REGION": keys.region,
        **({"SCOPE": scope} if scope else {}),
        **{_identifier(key).upper(): value for key, value in more.items()},
    }
    listed = ", ".join(f"{key} {_quote(value)}" for key, value in members.items())
    return f"CREATE OR REPLACE TEMPORARY SECRET {_identifier(name)} (TYPE s3, {listed})"


def pyarrow_keys(keys: Credentials) -> dict[str, str]:
    """For ``pyarrow.fs.S3FileSystem(**pyarrow_keys(keep()))``; a new one before they end."""
    return {
        "access_key": keys.access_key_id,
        "secret_key": keys.secret_access_key,
        "session_token": keys.session_token,
        "region": keys.region,
    }


def pyiceberg_properties(keys: Credentials) -> dict[str, str]:
    """For a catalog or a FileIO of pyiceberg."""
    return {
        "s3.access-key-id": keys.access_key_id,
        "s3.secret-access-key": keys.secret_access_key,
        "s3.session-token": keys.session_token,
        "s3.region": keys.region,
    }


def _identifier(text: str) -> str:
    if not (text.isidentifier() and text.isascii()):
        raise ValueError("a name in DuckDB: letters, digits and _")
    return text


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
