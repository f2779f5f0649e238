"""Gives a URL for one file in one piece, bound to its exact size, or S3's form for one file."""

from dataclasses import dataclass

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.decide import Decision
from vending.errors import InvalidRequest
from vending.grants.keys import Keys
from vending.shares.limits import form_most, limits_of, new_key, stored_type
from vending.shares.opening.asked import AskForm
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.found import Found
from vending.shares.opening.give import counted, signed
from vending.shares.opening.opening import origin_of
from vending.shares.opening.views import Form
from vending.shares.uploading.request import PutRequest
from vending.sigv4.post_policy import form_fields
from vending.urls.rules import check_upload

SECONDS = 600  # of a URL or a form: the time to choose a file and to begin


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is allowed, before anything is signed."""

    caller: Caller
    decision: Decision
    key: Keys
    type: str
    name: str


def put(
    found: Found, request: PutRequest, record: Record, effects: OpenEffects
) -> dict[str, object]:
    """The URL for a file of exactly this size; this reserves one use and the bytes.

    Raises:
        TooLarge, InvalidRequest: the link does not take this file.
        ShareOver, AccessDenied, and what ``signing_for`` raises: nothing is reserved.
    """
    new = new_file(found, request.name, request.size, request.type, record, effects)
    signing = signed(new.caller, new.decision, SECONDS, 1, record, effects)
    sent = {"Content-Type": new.type, "If-None-Match": "*"}
    if request.sha256:
        sent["x-amz-checksum-sha256"] = request.sha256
    bound = {**sent, "Content-Length": str(request.size)}
    url = signing.signer("PUT", bound, {})(new.key.key)
    counted(found.share, request.size, record, effects)
    return {
        "method": "PUT",
        "url": url,
        "headers": sent,  # the length is that of the body: browsers send it by themselves
        "size": request.size,
        "name": new.name,
        "expiresAt": signing.signed_by.written,
    }


def form(found: Found, asked: AskForm, record: Record, effects: OpenEffects) -> Form:
    """S3's form for one file; raises as ``put``."""
    share = found.share
    new = new_file(found, asked.name, asked.size, asked.type, record, effects)
    most = form_most(limits_of(share, new.decision.match.grant), asked.size)
    signing = signed(new.caller, new.decision, SECONDS, 1, record, effects)
    fields = form_fields(
        signing.credentials,
        new.key,
        region=signing.region,
        fields={
            "Content-Type": new.type,
            "success_action_redirect": f"{effects.base_url()}/s/done",
        },
        lengths=(0, most),
        now=signing.now,
        expires_at=signing.signed_by.expires_at,
    )
    counted(share, most, record, effects)
    return Form(
        about=found.about,
        origin=origin_of(new.decision, effects),
        action=signing.endpoint.base,
        fields=fields,
        name=new.name,
        most=most,
        expires_at=signing.signed_by.expires_at,
    )


def new_file(
    found: Found,
    name: str,
    size: int | None,
    kind: str | None,
    record: Record,
    effects: OpenEffects,
) -> NewFile:
    """Check that the link takes a new file with this name, size and type."""
    share = found.share
    if share.kind != "upload":
        raise InvalidRequest("This link gives files; it takes none.")
    key = new_key(share, effects.new_id(), name)
    caller, decision = found.judged(key, record, effects)
    grant = decision.match.grant
    limits = limits_of(share, grant)
    if size is not None:
        limits.check_size(size)
    stored = stored_type(kind, name, share, grant)
    most = form_most(limits, None) if size is None else size
    check_upload(grant, "", content_type=stored, size=most, member="size")
    return NewFile(caller, decision, key, stored, key.key.rpartition("/")[2])
