"""Presigned URLs and forms, as the service's answer has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from s3vend.errors import S3VendError
from s3vend.http.address import is_plain_loopback
from s3vend.service.credentials import parse_time

EXPIRES = 900
_NAME, _VALUE = re.compile(r"[A-Za-z0-9_-]+"), re.compile(r"[^\x00-\x1f\x7f]*")
_ANSWER, SHOWN = "The service's answer", 100  # characters of a URL in a message


@dataclass(frozen=True, slots=True)
class Url:
    """A presigned URL. Everybody who has ``url`` can use it until ``expires_at`` (UTC)."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)  # send them with the request
    expires_at: datetime

    def check(self) -> None:
        """Refuse what is not the address of a storage: a file, an option of a command, plain HTTP.

        Raises:
            S3VendError: the URL does not begin with https://, or http:// for this machine, or a
                header has characters that no header has.
        """
        for name, value in self.headers.items():
            if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
                raise S3VendError(f"{_ANSWER} has a header {name!r}, which cannot be sent.")
        if not _is_address(self.url):
            shown = repr(self.url.partition("?")[0][:SHOWN])
            raise S3VendError(
                f"{_ANSWER} has the URL {shown}, which does not begin with https://. Check the "
                "service's address (S3VEND_URL)."
            )


@dataclass(frozen=True, slots=True)
class Form:
    """A presigned form, which uploads one file. Everybody who has it can use it.

    Send ``fields`` and then the file, as `multipart/form-data`, until ``expires_at`` (UTC). A form
    for a prefix has no field ``key``: add one that begins with the prefix.
    """

    target: str  # `s3://bucket/key`, or `s3://bucket/prefix/*`
    url: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    expires_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: Literal["POST"] = "POST"

    def check(self) -> None:
        """Refuse what is not the address of a storage, as `Url.check` does.

        Raises:
            S3VendError: the URL is none, or a header or field has characters that none has.
        """
        for name in self.fields:
            if not _NAME.fullmatch(name):
                raise S3VendError(f"{_ANSWER} has a field {name!r}, which cannot be sent.")
        Url(self.method, self.url, self.headers, self.expires_at).check()


def _is_address(url: str) -> bool:
    if not (url.isascii() and url.isprintable()) or " " in url:
        return False
    try:
        return url.startswith("https://") or is_plain_loopback(url)
    except ValueError:
        return False


def url_of(entry: Mapping[str, Any]) -> Url:
    """Return the URL in one entry of the service's answer."""
    expires = parse_time(entry["expiresAt"])
    return Url(entry["method"], entry["url"], dict(entry.get("headers", {})), expires)


def form_of(entry: Mapping[str, Any], target: str) -> Form:
    """Return the form in one entry of the service's answer."""
    url, fields = url_of(entry), dict(entry["fields"])
    return Form(target, url.url, fields, url.expires_at, url.headers)
