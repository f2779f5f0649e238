"""The bytes that URLs take in an answer, reckoned before anything is signed or asked of STS."""

from collections.abc import Sequence

from vending.answers import ANSWER_BYTES, check_answer
from vending.sigv4.presign import encode_path
from vending.urls.answer import Url
from vending.urls.request import FormUrl, UrlRequest, is_plain

TOKEN_BYTES = 2048  # allowed for a session token before STS is asked
URL_BYTES = 640  # of a URL and its members, except the key, the token and headers
MEMBERS_BYTES = 256  # of what surrounds a URL in the answer
FORM_BYTES = 4096  # of a form, except the key and the token
FORM_TIMES = 12  # bytes for each of the key's: as a field, escaped in the policy, that in base64
CHARACTER_BYTES = 12  # of one character of a key, percent-encoded; the most
SIGNATURE_BYTES = 80  # in the compact form, with what surrounds it
UPLOAD_ID_BYTES = 1024  # of S3's own id of an upload


def check_requests(requests: Sequence[UrlRequest], *, plain: bool) -> None:
    """Refuse requests whose answer might not fit; ``plain`` ones are first bounded together.

    Raises:
        TooLarge: with how many would fit.
    """
    if not plain or _most_bytes(requests) > ANSWER_BYTES:
        check_answer([_request_bytes(one) for one in requests], "requests")


def check_urls(urls: Sequence[Url], token_bytes: int) -> None:
    """Refuse an answer that does not fit, where the token is longer than was reckoned with.

    Raises:
        TooLarge: with how many would fit.
    """
    if token_bytes > TOKEN_BYTES:
        check_answer([_url_bytes(one) for one in urls], "requests")


def check_keys(keys: Sequence[str]) -> None:
    """Refuse keys whose compact answer would not fit.

    Raises:
        TooLarge: with how many would fit.
    """
    if SIGNATURE_BYTES * len(keys) + CHARACTER_BYTES * sum(map(len, keys)) > ANSWER_BYTES:
        check_answer([len(encode_path(key)) + SIGNATURE_BYTES for key in keys], "keys")


def check_parts(key: str, count: int) -> None:
    """Refuse so many parts of one upload if the answer might not fit.

    Raises:
        TooLarge: with how many would fit.
    """
    part = len(encode_path(key)) + UPLOAD_ID_BYTES + URL_BYTES + TOKEN_BYTES
    check_answer([part] * count, "parts")


def _most_bytes(requests: Sequence[UrlRequest]) -> int:
    """What no answer to these plain requests exceeds."""
    characters = sum(len(one.target.key) for one in requests)
    return len(requests) * (URL_BYTES + TOKEN_BYTES) + CHARACTER_BYTES * characters


def _request_bytes(request: UrlRequest) -> int:
    """The most bytes that the answer to one request may take."""
    path = len(encode_path(request.target.key))
    if isinstance(request, FormUrl):
        return FORM_BYTES + FORM_TIMES * path + 2 * TOKEN_BYTES
    given = 0 if is_plain(request) else len(str(request.headers)) + 3 * len(str(request.query))
    return URL_BYTES + TOKEN_BYTES + path + given


def _url_bytes(url: Url) -> int:
    return len(url.url) + MEMBERS_BYTES + len(str(url.fields or url.headers))
