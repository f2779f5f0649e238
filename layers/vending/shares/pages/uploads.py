"""The pages that take files: by a script, or in two steps by forms."""

import json
from dataclasses import replace

from vending.bodies.content_fields import LARGEST, LARGEST_PUT
from vending.shares.opening.views import Form, Upload
from vending.shares.pages.content import TAKES, Content, about, again, labelled, note, status
from vending.shares.pages.markup import Html, element, form, hidden, joined, named
from vending.shares.pages.wording import Wording

SCRIPTS = ("transfer.js", "parts.js", "upload.js")  # they share their names, in this order
_SIZES = tuple(factor * 1000**power for power in (2, 3) for factor in (1, 10, 100))


def upload(view: Upload, wording: Wording) -> Content:
    """Takes files by the script; without it, asks for the name of one."""
    if view.most < 1:
        full = element("p", wording.say("upload_full"), role="alert")
        none = replace(view.about, left=None)
        return Content("upload", joined(about(none, TAKES, wording), full))
    body = joined(
        about(view.about, TAKES, wording),
        _limits(view, wording),
        element("p", wording.say("closed"), id="closed", class_="bad", role="alert", hidden=True),
        _scripted(view, wording),
        _first_step(view, wording),
        note("upload_hidden", wording),
    )
    return Content("upload", body, SCRIPTS, ("'self'", view.origin))


def second_step(view: Form, wording: Wording) -> Content:
    """S3's own form for one file; its field comes last, as S3 ignores what follows it."""
    field = element("input", type="file", name="file", id="file", required=True)
    steps = element(
        "form",
        *(hidden(name, value) for name, value in view.fields.items()),
        labelled("form_label", field, "file", wording),
        element("button", wording.say("form_button"), data_says=wording.say("form_starting")),
        status(),
        method="post",
        enctype="multipart/form-data",
        action=view.action,
    )
    moment = wording.moment(view.expires_at)
    body = joined(
        about(view.about, TAKES, wording),
        element("p", wording.say("form_text", name=named(view.name))),
        element("p", wording.say("form_most", size=wording.size(view.most), moment=moment)),
        steps,
        again(wording),
    )
    return Content("form", body)


def _limits(view: Upload, wording: Wording) -> Html:
    left, types = view.bytes_left, view.content_types
    is_limited = view.most < (LARGEST if left is None else left)
    most = wording.say("upload_most", size=wording.size(view.most)) if is_limited else None
    room = None if left is None else wording.say("upload_left", size=wording.size(left))
    kinds = wording.say("upload_types", types=wording.listed(types)) if types else None
    return joined(
        element("p", most) if most else None,
        element("p", room, id="room") if room else None,
        element("p", kinds) if kinds else None,
    )


def _scripted(view: Upload, wording: Wording) -> Html:
    """The part that the script shows, with all that it needs to know."""
    known = {"most": view.most, "bucket": view.bucket, "texts": wording.texts("script_")}
    field = element(
        "input",
        type="file",
        id="files",
        multiple=True,
        accept=",".join(view.content_types) or None,
        aria_describedby="drop",
    )
    return element(
        "section",
        labelled("upload_choose", field, "files", wording),
        element("p", wording.say("upload_drop"), id="drop", class_="soft"),
        element("h2", wording.say("upload_list"), id="list-title", hidden=True),
        element("ul", id="list", role="list", aria_labelledby="list-title"),
        element("p", role="status", id="status"),
        element("template", _row(wording), id="row"),
        id="uploader",
        hidden=True,
        data_known=json.dumps(known, ensure_ascii=False),
    )


def _row(wording: Wording) -> Html:
    """One file in the script's list."""
    return element(
        "li",
        element("p", element("bdi"), " ", element("span", class_="soft")),
        element("progress", max="1", value="0"),
        element("p", class_="state"),
        element(
            "button", wording.say("script_continue"), type="button", class_="again", hidden=True
        ),
        element("button", wording.say("script_cancel"), type="button", class_="plain cancel"),
    )


def _first_step(view: Upload, wording: Wording) -> Html:
    name = element("input", name="name", id="name", required=True, maxlength=1024)
    return element(
        "section",
        element("h2", wording.say("upload_first")),
        element("p", wording.say("upload_first_text")),
        form(
            "form",
            view.ticket,
            labelled("upload_name", name, "name", wording),
            _size_field(view, wording),
            _type_field(view.content_types, wording),
            element("button", wording.say("upload_next")),
        ),
        id="first-step",
    )


def _size_field(view: Upload, wording: Wording) -> Html | None:
    """How much to reserve, where room is limited."""
    if view.bytes_left is None:
        return None
    sizes = [one for one in (*_SIZES, LARGEST_PUT) if one < view.most]
    options = [
        element("option", wording.say("upload_size_most", size=wording.size(one)), value=one)
        for one in sizes
    ]
    everything = element("option", wording.say("upload_size_all"), value="")
    choice = element("select", everything, *options, name="size", id="size")
    return labelled("upload_size", choice, "size", wording)


def _type_field(patterns: tuple[str, ...], wording: Wording) -> Html | None:
    """The types to choose from, where only some are taken."""
    exact = [one for one in patterns if "*" not in one]
    if not exact:
        return None
    by_name = element("option", wording.say("upload_type_name"), value="")
    choice = element(
        "select",
        by_name,
        *(element("option", one, value=one) for one in exact),
        name="type",
        id="type",
    )
    return labelled("upload_type", choice, "type", wording)
