"""What a renderer makes of a view, and the parts that several pages share."""

from dataclasses import dataclass

from vending.shares.opening.views import About
from vending.shares.pages.markup import Html, element, joined, named
from vending.shares.pages.wording import Wording


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a page below its heading."""

    title: str  # the key of its text
    body: Html
    scripts: tuple[str, ...] = ()  # names of files, beside the one that every page has
    connects: tuple[str, ...] = ()  # sources that its script sends requests to


type Texts = tuple[str, str]
GIVES: Texts = ("from", "left_downloads")  # of the texts that say whose a link is, and what is left
TAKES: Texts = ("asks", "left_files")


def about(view: About, texts: Texts, wording: Wording) -> Html:
    """The part that says whose link it is, until when and how often it works."""
    whose, left = texts
    sender = view.sender and wording.say(whose, sender=named(view.sender))
    return element(
        "div",
        element("p", sender) if sender else None,
        element("p", named(view.label), class_="label") if view.label else None,
        element("p", wording.say("until", moment=wording.moment(view.expires_at)), class_="soft"),
        None if view.left is None else element("p", wording.count(left, view.left), id="left"),
        class_="about",
    )


def note(key: str, wording: Wording) -> Html:
    """A remark in small type."""
    return element("p", wording.say(key), class_="soft")


def status() -> Html:
    """Where a script says what happens, for screen readers too."""
    return element("p", role="status")


def again(wording: Wording) -> Html:
    """A button that opens the page's own address anew; no markup needs to know it."""
    return element("form", element("button", wording.say("again"), class_="plain"), method="get")


def labelled(key: str, control: str, id_: str, wording: Wording) -> Html:
    """A control below its label."""
    return joined(element("label", wording.say(key), for_=id_), Html(control))
