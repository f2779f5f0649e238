"""Origins of web pages, and preflights as browsers send and read them; `doctor` uses it.

https://fetch.spec.whatwg.org/#http-cors-protocol
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from s3vend.cli.terminal.refusal import Refusal

if TYPE_CHECKING:
    from s3vend.http.wire import Answer, Wire

_ORIGIN = re.compile(
    r"(https?)://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?"
)
_USUAL = {"http": "80", "https": "443"}  # ports that browsers leave out


def parse_origin(text: str) -> str:
    """Return an origin unchanged, if it is spelled as browsers send it.

    Raises:
        Refusal: it is not an origin, or browsers spell it differently.
    """
    if _is_sent(text):
        return text
    try:
        scheme, place = urlsplit(text)[:2]
    except ValueError:
        scheme, place = "", ""
    place = place.lower().removesuffix(f":{_USUAL.get(scheme)}")
    spelled = f"{scheme}://{place}"
    meant = spelled if _is_sent(spelled) else "one such as https://app.example.com"
    raise Refusal(f"{text!r} is not an origin as browsers send it; use {meant}")


def preflight(wire: "Wire", url: str, method: str, origin: str, sent: Iterable[str]) -> "Answer":
    """Ask whether pages may send this method with these headers, in lower case and sorted."""
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    if named := ",".join(sent):
        headers["Access-Control-Request-Headers"] = named
    return wire.send("OPTIONS", url, headers)


def allows(answer: "Answer", origin: str, method: str, sent: Iterable[str]) -> bool:
    """Whether a browser then sends the request."""
    methods = listed(answer, "access-control-allow-methods")
    headers = listed(answer, "access-control-allow-headers")
    return (
        200 <= answer.status < 300
        and names(answer, origin)
        and bool({method.lower(), "*"} & methods)
        and all(name in headers or ("*" in headers and name != "authorization") for name in sent)
    )


def names(answer: "Answer", origin: str) -> bool:
    """Whether scripts of the origin can read the answer."""
    return answer.headers.get("access-control-allow-origin") in ("*", origin)


def listed(answer: "Answer", name: str) -> set[str]:
    """Return the items of a header, in lower case."""
    return {one.strip().lower() for one in answer.headers.get(name, "").split(",") if one.strip()}


def _is_sent(text: str) -> bool:
    match = _ORIGIN.fullmatch(text)
    return match is not None and _USUAL[match[1]] != match[2]
