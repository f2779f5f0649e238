"""Builds markup of which every text is escaped; no form names where it goes."""

from html import escape


class Html(str):
    """Text that is markup already; any other text is escaped where it enters a page."""

    __slots__ = ()


type Value = str | int | bool | None

_VOID = {"input", "meta"}
_TURNS = dict.fromkeys(
    (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
)


def element(name: str, /, *content: str | None, **attributes: Value) -> Html:
    """An element; an attribute is left out if it is None or False, and has no value if True.

    Names of attributes are written as Python's: ``aria_label``, ``for_``.
    """
    shown = "".join(_attribute(key, value) for key, value in attributes.items())
    opening = f"<{name}{shown}>"
    return Html(opening if name in _VOID else f"{opening}{joined(*content)}</{name}>")


def joined(*content: str | None) -> Html:
    """These contents as one."""
    return Html("".join(_escaped(one) for one in content if one))


def filled(template: str, values: dict[str, str]) -> Html:
    """A text whose ``{names}`` are replaced by these contents."""
    return Html(escape(template).format_map({key: _escaped(one) for key, one in values.items()}))


def named(text: str) -> Html:
    """A name that somebody chose: its direction of writing changes nothing around it.

    Characters that turn it are shown as such: "exe.gpj" would look like a picture.
    """
    return element("bdi", text.translate(_TURNS))


def form(does: str, ticket: str | None, /, *content: str | None, **attributes: Value) -> Html:
    """A form that goes to the page's own address, so that no markup has the token."""
    secret = hidden("ticket", ticket) if ticket else None
    return element("form", hidden("do", does), secret, *content, method="post", **attributes)


def hidden(name: str, value: str) -> Html:
    """A hidden field."""
    return element("input", type="hidden", name=name, value=value)


def _escaped(content: str) -> str:
    return content if isinstance(content, Html) else escape(content)


def _attribute(key: str, value: Value) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
