"""Where S3 has an object, and how its requests name it."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from s3vend.errors import S3VendError, SettingsError
from s3vend.presigning.urls import url_of
from s3vend.service.connect import Service

SCHEME = "s3://"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket and a key."""

    bucket: str
    key: str

    @property
    def target(self) -> str:
        """The key as `s3://bucket/key`."""
        return f"{SCHEME}{self.bucket}/{self.key}"


def place_of(target: str) -> Place:
    """Return the place of `s3://bucket/key`; the key is taken as it is.

    Raises:
        SettingsError: it is not such a target, or programs read its key differently.
    """
    bucket, _, key = target.removeprefix(SCHEME).partition("/")
    if not target.startswith(SCHEME) or not bucket or not key:
        raise SettingsError(f"{target!r} is not one object; use s3://bucket/key.")
    if _CONTROL.search(key) or {".", ".."} & {*key.split("/")}:
        raise SettingsError(
            f"{target!r} has a control character, or '.' or '..' between slashes, which programs "
            "read differently; it is not copied."
        )
    return Place(bucket, key)


def source_headers(source: Place, etag: str) -> dict[str, str]:
    """Return the headers that name what is copied, in the version that has the ETag.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    named = {"x-amz-copy-source": f"/{source.bucket}/{encoded(source.key)}"}
    return {**named, "x-amz-copy-source-if-match": etag} if etag else named


def encoded(key: str) -> str:
    """Return a key as it is in the path of a URL, as Signature Version 4 wants it."""
    return quote(key, safe="/~")


def bucket_url(service: Service, method: str, place: Place) -> str:
    """Return the URL of a bucket up to the key: where the service has its own URLs lead.

    ``method`` is one that a grant allows on the place.

    Raises:
        ServiceError: the service refused to sign a URL there.
        S3VendError: its URL is not one of that key.
    """
    literal = {"bucket": place.bucket, "key": place.key}
    answer = service.ask(
        "presigned-urls", {"requests": [{"method": method, "target": literal}], "expiresIn": 10}
    )
    [entry] = answer["urls"]
    url = url_of(entry, service.settings.url).url.partition("?")[0]
    path = encoded(place.key)
    if not path or not url.endswith(f"/{path}"):
        raise S3VendError(f"The service's answer has no URL of {place.target}.")
    return url[: -len(path)]
