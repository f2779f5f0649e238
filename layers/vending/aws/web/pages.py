"""Writes the answers of the open route: pages, redirects, and JSON for scripts.

No answer names the token: forms go to the page's own address, and the referrer is never sent.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from vending.aws.api.headers import header_values
from vending.aws.api.responses import (
    Answer,
    Response,
    Wire,
    encode,
    problem,
    response,
    retry_header,
)
from vending.aws.web.files import FILES
from vending.aws.web.form import is_script
from vending.errors import VendingError
from vending.shares.opening.told import told
from vending.shares.opening.views import View
from vending.shares.pages.language import Language, language_of
from vending.shares.pages.page import render

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOTHING = {
    "default-src": ("'none'",),
    "base-uri": ("'none'",),
    "frame-ancestors": ("'none'",),
    "form-action": ("'self'",),
}


def wire_for(event: Mapping[str, Any]) -> Wire:
    """How to answer this request: as its sender can read."""
    if is_script(event):
        return Wire(_write_json, _write_problem)
    language = language_of(header_values(event, "Accept-Language"))
    return Wire(partial(_write_page, language), partial(_write_error_page, language))


def page(view: View) -> Answer:
    """The answer that shows a view."""
    return {"view": view}


def redirect(url: str) -> Answer:
    """The answer that leads to S3."""
    return {"location": url}


def _write_page(language: Language, answer: Answer, _: str) -> Response:
    if "location" in answer:
        more = _HEADERS | {"Location": str(answer["location"])} | _policy({})
        return response(303, "text/plain; charset=utf-8", "", more)
    return _rendered(200, answer["view"], language, {})


def _write_error_page(language: Language, error: VendingError, _: str) -> Response:
    view, public = told(error)
    return _rendered(public.status, view, language, retry_header(public))


def _rendered(status: int, view: Any, language: Language, more: Mapping[str, str]) -> Response:
    made = render(view, language, FILES)
    headers = {**_HEADERS, **_policy(made.sources), "Vary": "Accept-Language", **more}
    return response(status, "text/html; charset=utf-8", made.html, headers)


def _write_json(answer: Answer, _: str) -> Response:
    return response(200, "application/json", encode(answer), _HEADERS | _policy({}))


def _write_problem(error: VendingError, request_id: str) -> Response:
    """The problem without what only the owner may know."""
    written = problem(told(error).error, request_id)
    return written | {"headers": _HEADERS | _policy({}) | written["headers"]}


def _policy(sources: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The Content-Security-Policy: nothing but what a page names."""
    whole = dict(_NOTHING)
    for name, more in sources.items():
        whole[name] = (*whole.get(name, ()), *more)
    listed = "; ".join(f"{name} {' '.join(values)}" for name, values in whole.items())
    return {"Content-Security-Policy": listed}
