"""The options for what S3 keeps with an object, named as `aws s3 cp` names them."""

import functools
import inspect
import json
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

import typer

from s3vend.cli.terminal.command import KEYWORD, Options
from s3vend.cli.terminal.refusal import Refusal


class Encryption(str, Enum):
    """How S3 encrypts the object."""

    AES256 = "AES256"
    KMS = "aws:kms"


class UploadOptions(NamedTuple):
    """The options of uploads. A grant says which of them it allows."""

    content_type: Annotated[
        str | None,
        typer.Option("--content-type", help="Upload: media type. Default: from the file's name."),
    ] = None
    content_encoding: Annotated[
        str | None,
        typer.Option("--content-encoding", help="Upload: coding that readers undo, such as gzip."),
    ] = None
    cache_control: Annotated[
        str | None,
        typer.Option("--cache-control", help="Upload: caching, such as max-age=3600."),
    ] = None
    content_disposition: Annotated[
        str | None,
        typer.Option("--content-disposition", help="Upload: such as attachment; filename=a.csv."),
    ] = None
    metadata: Annotated[
        str | None, typer.Option("--metadata", help="Upload: metadata, as a=1,b=2 or JSON.")
    ] = None
    storage_class: Annotated[
        str | None, typer.Option("--storage-class", help="Upload: such as STANDARD_IA.")
    ] = None
    tagging: Annotated[
        str | None, typer.Option("--tagging", help="Upload: tags, as a=1&b=2, percent-encoded.")
    ] = None
    sse: Annotated[Encryption | None, typer.Option("--sse", help="Upload: encryption by S3.")] = (
        None
    )
    sse_kms_key_id: Annotated[
        str | None,
        typer.Option("--sse-kms-key-id", help="Upload: ARN of the KMS key, with --sse aws:kms."),
    ] = None

    def check_unused(self, reason: str) -> None:
        """Raise `Refusal` with this reason if an option is set."""
        for name, value in self._asdict().items():
            if value is not None:
                raise Refusal(f"--{name.replace('_', '-')} {reason}")

    def members(self) -> dict[str, Any]:
        """Return the members of the API's request.

        Raises:
            Refusal: a value cannot be read, or two options contradict each other.
        """
        if (self.sse is Encryption.KMS) != (self.sse_kms_key_id is not None):
            raise Refusal("--sse aws:kms and --sse-kms-key-id, the ARN of the key, go together")
        members = {
            "contentType": self.content_type,
            "contentEncoding": self.content_encoding,
            "cacheControl": self.cache_control,
            "contentDisposition": self.content_disposition,
            "metadata": None if self.metadata is None else _metadata(self.metadata),
            "storageClass": self.storage_class,
            "tags": None if self.tagging is None else _tags(self.tagging),
            "serverSideEncryption": "AES256" if self.sse is Encryption.AES256 else None,
            "kmsKey": self.sse_kms_key_id,
        }
        return {name: value for name, value in members.items() if value is not None}


def with_upload_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of uploads; it gets them as its argument ``kept``."""
    own = inspect.signature(function, eval_str=True)
    more = [
        parameter.replace(kind=KEYWORD)
        for parameter in inspect.signature(UploadOptions).parameters.values()
    ]

    @functools.wraps(function)
    def run(options: Options, **values: Any) -> None:
        kept = {parameter.name: values.pop(parameter.name) for parameter in more}
        function(options, kept=UploadOptions(**kept), **values)

    others = [parameter for parameter in own.parameters.values() if parameter.name != "kept"]
    run.__signature__ = own.replace(parameters=[*others, *more])  # type: ignore[attr-defined]
    return run


def _metadata(text: str) -> dict[str, Any]:
    """Read `a=1,b=2`, or an object in JSON. S3 keeps the names in lower case."""
    if text.lstrip().startswith("{"):
        try:
            pairs: Sequence[Sequence[Any]] = json.loads(text, object_pairs_hook=list)
        except (ValueError, RecursionError) as error:
            raise Refusal(f"--metadata: {text!r} is not JSON: {error}") from None
    else:
        pairs = [part.split("=", 1) for part in text.split(",")]
        if any(len(pair) != 2 for pair in pairs):
            raise Refusal(
                f"--metadata: {text!r} does not have the form a=1,b=2; a value with a comma needs "
                'JSON, such as {"a": "1, 2"}'
            )
    return _once("--metadata", [(str(name).lower(), value) for name, value in pairs])


def _tags(text: str) -> dict[str, Any]:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        raise Refusal(f"--tagging: {text!r} does not have the form a=1&b=2") from None
    return _once("--tagging", pairs)


def _once(option: str, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Refusal(f"{option}: a name appears twice")
    return members
