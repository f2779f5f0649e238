"""The pages that give nothing: the password, a file that has arrived, and refusals."""

from vending.shares.opening.views import Done, Kind, Message, Password
from vending.shares.pages.content import Content, again, labelled
from vending.shares.pages.markup import Html, element, form, joined
from vending.shares.pages.wording import Wording

# Refusals after which the same link may work.
_AGAIN: frozenset[Kind] = frozenset({"resting", "notNow", "busy", "wrongRequest", "failed"})


def password(view: Password, wording: Wording) -> Content:
    """Asks for the password, and says nothing of the link."""
    wrong = element("p", wording.say("password_wrong"), class_="bad", id="wrong", role="alert")
    field = element(
        "input",
        type="password",
        name="password",
        id="password",
        required=True,
        maxlength=128,
        autocomplete="off",
        autofocus=True,
        aria_invalid="true" if view.wrong else None,
        aria_describedby="wrong" if view.wrong else None,
    )
    body = joined(
        element("p", wording.say("password_text")),
        wrong if view.wrong else None,
        form(
            "password",
            None,
            labelled("password_label", field, "password", wording),
            element("button", wording.say("password_button")),
        ),
    )
    return Content("password", body)


def done(_: Done, wording: Wording) -> Content:
    """Says that a form of S3 has brought its file."""
    return Content("done", element("p", wording.say("done_text"), role="status"))


def message(view: Message, wording: Wording) -> Content:
    """Says why nothing is given, and what to do next."""
    wait: Html | None = None
    if view.retry_after:
        wait = element("p", wording.say("wait", duration=wording.duration(view.retry_after)))
    body = joined(
        element("p", wording.say(f"{view.kind}_text"), role="alert"),
        wait,
        again(wording) if view.kind in _AGAIN else None,
    )
    return Content(view.kind, body)
