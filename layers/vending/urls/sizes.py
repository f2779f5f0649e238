"""Limits the size of an answer with URLs, before STS is called and anything is signed."""

from collections.abc import Sequence

from vending.answers import ANSWER_BYTES, check_answer
from vending.sigv4.presign import encode_path
from vending.urls.answer import Url
from vending.urls.request import FormUrl, UrlRequest

TOKEN_BYTES = 2048  # reserved for a session token
URL_BYTES = 680  # a URL and its members, without key, token and headers
MEMBERS_BYTES = 256  # the members around a URL in the answer
FORM_BYTES = 4096  # a form, without key and token
FORM_TIMES = 12  # bytes for each byte of the key: in the field, and escaped in the base64 policy
CHARACTER_BYTES = 12  # at most, for one percent-encoded character of a key
SIGNATURE_BYTES = 80  # a signature in the compact form, with its quotes and brackets
UPLOAD_ID_BYTES = 1024  # reserved for S3's id of an upload


def check_requests(requests: Sequence[UrlRequest], *, plain: bool) -> None:
    """Refuse requests whose answer may be too large.

    Raises:
        TooLarge: the detail says how many would fit.
    """
    if plain:
        check_plain([request.target.key for request in requests])
    else:
        check_answer([_request_bytes(request) for request in requests], "requests")


def check_plain(keys: Sequence[str], token_bytes: int = TOKEN_BYTES) -> None:
    """Refuse plain requests for these keys whose answer may be too large; estimates them first.

    Raises:
        TooLarge: the detail says how many would fit.
    """
    each = URL_BYTES + max(token_bytes, TOKEN_BYTES)
    if len(keys) * each + CHARACTER_BYTES * len("".join(keys)) > ANSWER_BYTES:
        check_answer([each + len(encode_path(key)) for key in keys], "requests")


def check_urls(urls: Sequence[Url], token_bytes: int) -> None:
    """Refuse an answer that is too large because the token is longer than ``TOKEN_BYTES``.

    Raises:
        TooLarge: the detail says how many would fit.
    """
    if token_bytes > TOKEN_BYTES:
        check_answer([_url_bytes(url) for url in urls], "requests")


def check_keys(keys: Sequence[str]) -> None:
    """Refuse keys whose compact answer would be too large.

    Raises:
        TooLarge: the detail says how many would fit.
    """
    if SIGNATURE_BYTES * len(keys) + CHARACTER_BYTES * len("".join(keys)) > ANSWER_BYTES:
        check_answer([len(encode_path(key)) + SIGNATURE_BYTES for key in keys], "keys")


def check_parts(key: str, count: int) -> None:
    """Refuse a number of parts whose answer may be too large.

    Raises:
        TooLarge: the detail says how many would fit.
    """
    part = len(encode_path(key)) + UPLOAD_ID_BYTES + URL_BYTES + TOKEN_BYTES
    check_answer([part] * count, "parts")


def _request_bytes(request: UrlRequest) -> int:
    """The maximum size of the answer to one request."""
    path = len(encode_path(request.target.key))
    if isinstance(request, FormUrl):
        fields = FORM_TIMES * len(str(request.fields))
        return FORM_BYTES + FORM_TIMES * path + 2 * TOKEN_BYTES + fields
    return (
        URL_BYTES
        + TOKEN_BYTES
        + path
        + len(str(request.headers))
        + 3 * len(str(request.query).encode())
    )


def _url_bytes(url: Url) -> int:
    return len(url.url) + MEMBERS_BYTES + len(str(url.fields or url.headers))
