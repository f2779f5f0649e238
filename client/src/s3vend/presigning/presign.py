"""Presigned URLs and forms: for one target, or for any number of them."""

from collections.abc import Iterable, Mapping
from typing import Literal, overload

from s3vend.errors import SettingsError
from s3vend.presigning.batches import presign_below, presign_requests, shared_prefix
from s3vend.presigning.naming import members_for
from s3vend.presigning.urls import EXPIRES, Form, Url
from s3vend.service.connect import Service, connect
from s3vend.service.targets import items_of

UrlMethod = Literal["GET", "HEAD", "PUT", "DELETE", "LIST"]
Method = Literal["GET", "HEAD", "PUT", "DELETE", "LIST", "POST"]
TargetOrRequest = str | Mapping[str, object]

_WANTED = "a target (s3://bucket/key), or a mapping with the members of a request"
_ARGUMENTS = ("method", "expiresIn", "service")  # with saveAs, what `presign` itself takes
_OF_AN_ITEM = ("method", "target")
_LIST, _OF_ANY_TARGET = "LIST", ("LIST", "POST")  # these are not, or not only, for one key


# A text is also an iterable of texts, and a mapping one of its names: one target comes first.
@overload
def presign(  # type: ignore[overload-overlap]
    wanted: str,
    *,
    method: UrlMethod = "GET",
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> Url: ...
@overload
def presign(  # type: ignore[overload-overlap]
    wanted: str,
    *,
    method: Literal["POST"],
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> Form: ...
@overload
def presign(  # type: ignore[overload-overlap]
    wanted: Mapping[str, object],
    *,
    method: Method = "GET",
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> Url | Form: ...
@overload
def presign(
    wanted: Iterable[str],
    *,
    method: UrlMethod = "GET",
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> list[Url]: ...
@overload
def presign(
    wanted: Iterable[str],
    *,
    method: Literal["POST"],
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> list[Form]: ...
@overload
def presign(
    wanted: Iterable[TargetOrRequest],
    *,
    method: Method = "GET",
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> list[Url | Form]: ...
def presign(
    wanted: TargetOrRequest | Iterable[TargetOrRequest],
    *,
    method: Method = "GET",
    expires_in: int = EXPIRES,
    save_as: str | None = None,
    service: Service | None = None,
    **members: object,
) -> Url | Form | list[Url] | list[Form] | list[Url | Form]:
    """Presign one URL, or one for each item of an iterable, in the same order.

    ``wanted`` is a target, `s3://bucket/key`; or a mapping with the members of one request, such
    as ``{"method": "PUT", "target": …, "content_type": …}``; or an iterable of these. The result
    is a `Url`, or a `Form` for the method `POST`; for an iterable, a list of them. A URL for
    `LIST` reads S3's list of the keys below a prefix, `s3://bucket/prefix/*`, with a GET.

    ``method`` and ``members`` (such as ``response_content_type``) apply to all items; the members
    of a mapping override them. Names are in snake_case, or as the API spells them. ``expires_in``
    is in seconds. ``save_as`` is the name, in any language, under which browsers save the object.

    One request to the service takes up to 1,000 URLs, or 10,000 if all are keys below one prefix.
    Each request is decided as a whole: if a later one is refused, the URLs of the earlier ones
    were signed, but are not returned.

    Raises:
        ServiceError: the service refused a request.
        Unreachable: no answer.
        SettingsError: an argument or a member cannot be used; or as `connect`.
        IdentityError: as `connect`.
    """
    shared = {**members, **({} if save_as is None else {"save_as": save_as})}
    if isinstance(wanted, (str, Mapping)):
        request = _request(wanted, method, shared)
        [made] = presign_requests(service or connect(), [request], expires_in)
        return made
    items = items_of(wanted, _WANTED)
    if not items:
        return []
    texts = [item for item in items if isinstance(item, str)]
    are_keys = len(texts) == len(items) and method not in _OF_ANY_TARGET
    if are_keys and (prefix := shared_prefix(texts)) is not None:
        usual = members_for(method, shared, _ARGUMENTS)
        compact = {"format": "compact", "method": method, "expiresIn": expires_in, **usual}
        keys = [target[len(prefix) :] for target in texts]
        return list(presign_below(service or connect(), prefix, keys, compact))
    requests = [
        _request(item, method, shared, f"Item {position}: ") for position, item in enumerate(items)
    ]
    return list(presign_requests(service or connect(), requests, expires_in))


def _request(
    item: object, method: str, shared: Mapping[str, object], where: str = ""
) -> dict[str, object]:
    """Return one request by the API's names; ``where`` begins the message of an error."""
    if isinstance(item, str):
        item = {"target": item}
    if not isinstance(item, Mapping):
        raise SettingsError(f"{where}give {_WANTED}, not {type(item).__name__}.")
    own = dict(item)
    target, method = own.pop("target", None), own.pop("method", method)
    if not isinstance(target, str):
        raise SettingsError(f"{where}a request needs a target, such as s3://bucket/key.")
    if method == _LIST and target.endswith("/"):
        target += "*"  # unlike a key, a list leaves no doubt about what a slash means
    try:
        members = members_for(method, shared, _ARGUMENTS) | members_for(method, own, _OF_AN_ITEM)
    except SettingsError as error:
        raise SettingsError(f"{where}{error}") from None
    return {"method": method, "target": target, **members}
