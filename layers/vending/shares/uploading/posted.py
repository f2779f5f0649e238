"""Answers what is posted to a link: finds its share, and does what a form or a script asks for."""

from collections.abc import Mapping

from vending.audit.record import Record
from vending.shares.opening.asked import AskForm, Download, EnterPassword, ListFolder, read_form
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.folder import list_folder
from vending.shares.opening.found import find
from vending.shares.opening.give import give
from vending.shares.opening.opening import admit, enter
from vending.shares.opening.views import View
from vending.shares.uploading.plan import complete, sign_parts, start_plan, stop
from vending.shares.uploading.put import form, put
from vending.shares.uploading.request import (
    CompleteRequest,
    PlanRequest,
    PutRequest,
    SharePartsRequest,
    StopRequest,
    read_script,
)

_ACTIONS = {
    EnterPassword: "share-password",
    Download: "share-download",
    ListFolder: "share-list",
    AskForm: "share-upload",
    PutRequest: "share-upload",
    PlanRequest: "share-upload",
    SharePartsRequest: "share-parts",
    CompleteRequest: "share-parts",
    StopRequest: "share-parts",
}


def answer_form(
    token: str, fields: Mapping[str, str], source_ip: str, record: Record, effects: OpenEffects
) -> View | str:
    """The page that a form of ours leads to, or the URL of a file.

    Raises:
        InvalidRequest: it is no form of ours.
        NotFound: there is no such link.
        And whatever the asked part raises.
    """
    asked, ticket = read_form(fields)
    found = find(token, ticket, source_ip, record, effects)
    record.note(action=_ACTIONS[type(asked)])
    if isinstance(asked, EnterPassword):
        return enter(found, asked.password, record, effects)
    admit(found, effects, new=True)
    match asked:
        case Download(file):
            return give(found, file, record, effects)
        case ListFolder(after):
            return list_folder(found, after, record, effects)
    return form(found, asked, record, effects)


def answer_script(
    token: str, body: str, source_ip: str, record: Record, effects: OpenEffects
) -> dict[str, object]:
    """What a page's script asks for; raises as ``answer_form``."""
    asked = read_script(body)
    found = find(token, asked.ticket, source_ip, record, effects)
    record.note(action=_ACTIONS[type(asked)])
    admit(found, effects, new=isinstance(asked, PutRequest | PlanRequest))
    match asked:
        case PutRequest():
            return put(found, asked, record, effects)
        case PlanRequest():
            return start_plan(found, asked, record, effects)
        case SharePartsRequest():
            return sign_parts(found, asked, record, effects)
        case CompleteRequest():
            return complete(found, asked, record, effects)
    return stop(found, asked, record, effects)
