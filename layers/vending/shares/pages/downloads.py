"""The pages that give files: of one file, and of a folder."""

from vending.shares.opening.views import File, Folder, Listed
from vending.shares.pages.content import GIVES, Content, about, note, status
from vending.shares.pages.markup import Html, element, form, hidden, joined, named
from vending.shares.pages.wording import Wording


def file(view: File, wording: Wording) -> Content:
    """A button that downloads the file."""
    press = element(
        "button",
        wording.say("file_button"),
        " ",
        named(view.name),
        data_says=wording.say("starting"),
    )
    body = joined(
        about(view.about, GIVES, wording),
        form("download", view.ticket, press, status()),
        _counts(view.about.left, wording),
    )
    return Content("file", body)


def folder(view: Folder, wording: Wording) -> Content:
    """A button that lists the folder, or one page of its files."""
    if view.files is None:
        listed = joined(
            element("p", wording.say("folder_text")), _lists(view, "folder_button", wording)
        )
    else:
        listed = joined(
            _files(view, view.files, wording),
            _left_out(view.left_out, wording),
            _lists(view, "folder_next", wording, view.after) if view.after else None,
            _lists(view, "folder_first", wording) if view.earlier else None,
        )
    body = joined(
        about(view.about, GIVES, wording),
        listed,
        _counts(view.about.left, wording),
    )
    return Content("folder", body)


def _files(view: Folder, files: tuple[Listed, ...], wording: Wording) -> Html:
    if not files:
        return element("p", wording.say("folder_empty"))
    rows = joined(*(_row(one, wording) for one in files))
    return joined(
        element("h2", wording.say("folder_list"), id="list"),
        element("p", wording.say("folder_how")),
        form(
            "download",
            view.ticket,
            element("ul", rows, class_="files", role="list", aria_labelledby="list"),
            status(),
        ),
    )


def _row(listed: Listed, wording: Wording) -> Html:
    press = element(
        "button",
        named(listed.name),
        name="file",
        value=listed.name,
        data_says=wording.say("starting"),
    )
    text = wording.say(
        "folder_file", size=wording.size(listed.size), moment=wording.moment(listed.modified)
    )
    return element("li", press, element("p", text, class_="soft"))


def _left_out(number: int, wording: Wording) -> Html | None:
    return element("p", wording.count("folder_left_out", number)) if number else None


def _lists(view: Folder, key: str, wording: Wording, after: str | None = None) -> Html:
    """A button that leads to a page of the list."""
    return form(
        "list",
        view.ticket,
        hidden("after", after) if after else None,
        element("button", wording.say(key), class_="plain" if view.files is not None else None),
    )


def _counts(left: int | None, wording: Wording) -> Html | None:
    """That each download counts, where they are counted."""
    return None if left is None else note("file_counts", wording)
