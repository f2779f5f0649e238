"""Presigned URLs and forms, as the service's answer has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

from s3vend.errors import S3VendError
from s3vend.http.address import is_loopback, is_plain_loopback
from s3vend.service.times import parse_time

EXPIRES = 900
_METHOD, _NAME = re.compile(r"[A-Z]+"), re.compile(r"[A-Za-z0-9_-]+")
_ORIGIN = re.compile(r"https?://[^/?#]*")
_VISIBLE = bytes(range(ord("!"), ord("~") + 1))  # all that a URL consists of
_VALUE = re.compile(r"[\x20-\x7e\x80-\xff]*")  # Latin-1, as HTTP has it, without controls
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
            S3VendError: the URL does not begin with https://, or http:// for this machine, or the
                method or a header has characters that none has.
        """
        if not _is_text(self.method, _METHOD):
            raise S3VendError(f"{_ANSWER} has the method {self.method!r}, which cannot be sent.")
        for name, value in self.headers.items():
            if not (_NAME.fullmatch(name) and _is_text(value, _VALUE)):
                raise S3VendError(f"{_ANSWER} has a header {name!r}, which cannot be sent.")
        if not _is_address(self.url):
            shown = repr(str(self.url).partition("?")[0][:SHOWN])
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
        for name, value in self.fields.items():
            if not (_NAME.fullmatch(name) and isinstance(value, str)):
                raise S3VendError(f"{_ANSWER} has a field {name!r}, which cannot be sent.")
        Url(self.method, self.url, self.headers, self.expires_at).check()


def urls_of(entries: object, count: int, service: str) -> list[Url]:
    """Return the URLs in an answer of the service at this address; ``count`` were requested.

    Raises:
        S3VendError: there are more or fewer, or one is not the address of a storage.
    """
    urls = [url_of(entry, service) for entry in entries] if isinstance(entries, list) else []
    return counted(urls, count)


def counted(entries: object, count: int) -> list[Any]:
    """Return the entries of an answer if they are as many as were requested."""
    if not isinstance(entries, list) or len(entries) != count:
        raise S3VendError(f"{_ANSWER} does not have the {count} URLs that were requested.")
    return entries


def url_of(entry: object, service: str) -> Url:
    """Return the URL in one entry of an answer of the service at this address.

    A service elsewhere must not send this machine's user to a program on this machine.

    Raises:
        S3VendError: it is not the address of a storage.
    """
    members = _mapping(entry, "a URL")
    headers = dict(_mapping(members.get("headers", {}), "a URL's headers"))
    url = Url(members["method"], members["url"], headers, parse_time(members["expiresAt"]))
    url.check()
    plain = url.url.startswith("http://")
    if plain and not is_loopback(urlsplit(service).hostname or ""):
        raise S3VendError(
            f"{_ANSWER} has a URL of a program on this machine, where the service itself is not. "
            "Check the service's address (S3VEND_URL)."
        )
    return url


def form_of(entry: object, target: str, service: str) -> Form:
    """Return the form in one entry of an answer of the service; raises as `url_of`."""
    url = url_of(entry, service)
    fields = dict(_mapping(_mapping(entry, "a form")["fields"], "a form's fields"))
    form = Form(target, url.url, fields, url.expires_at, url.headers)
    form.check()
    return form


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise S3VendError(f"{_ANSWER} has {type(value).__name__} in place of {what}.")
    return value


def _is_text(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_address(url: object) -> bool:
    match = _ORIGIN.match(url) if isinstance(url, str) else None
    if match is None:
        return False
    unseen = match.string.encode(errors="surrogatepass").translate(None, _VISIBLE)
    return not unseen and _is_place(match[0])


@lru_cache(64)  # thousands of URLs have one place
def _is_place(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        has_place = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        return has_place and (origin.startswith("https://") or is_plain_loopback(origin))
    except ValueError:
        return False
