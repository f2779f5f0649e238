"""Renders each view as a whole page, and names what its policy has to allow."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from vending.shares.opening.views import Done, File, Folder, Form, Message, Password, Upload, View
from vending.shares.pages import downloads, notices, uploads
from vending.shares.pages.content import Content
from vending.shares.pages.language import Language
from vending.shares.pages.markup import Html, element, joined
from vending.shares.pages.wording import Wording

RENDERERS: Mapping[type, Callable[[Any, Wording], Content]] = {
    Password: notices.password,
    File: downloads.file,
    Folder: downloads.folder,
    Upload: uploads.upload,
    Form: uploads.second_step,
    Done: notices.done,
    Message: notices.message,
}
_STYLE = "page.css"
_SCRIPT = "page.js"  # on every page
FILES = (_STYLE, _SCRIPT, *uploads.SCRIPTS)  # names of the files that stand in pages


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and what its Content-Security-Policy allows beside the usual, by directive."""

    html: str
    sources: Mapping[str, tuple[str, ...]]


def render(view: View, language: Language, files: Mapping[str, str]) -> Page:
    """The page of a view, with the style and the scripts of ``FILES``."""
    wording = Wording(language)
    content = RENDERERS[type(view)](view, wording)
    scripts = (_SCRIPT, *content.scripts)
    title = wording.say(content.title)
    head = joined(
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex, nofollow"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Html(files[_STYLE])),
    )
    body = joined(
        element("main", element("h1", title), content.body),
        *(element("script", Html(files[name])) for name in scripts),
    )
    html = element("html", element("head", head), element("body", body), lang=language)
    sources = {
        "style-src": (_hash(files[_STYLE]),),
        "script-src": tuple(_hash(files[name]) for name in scripts),
        "connect-src": content.connects,
        "form-action": (view.origin,) if isinstance(view, File | Folder | Upload | Form) else (),
    }
    return Page(f"<!DOCTYPE html>{html}", {name: each for name, each in sources.items() if each})


def _hash(text: str) -> str:
    digest = sha256(text.encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
