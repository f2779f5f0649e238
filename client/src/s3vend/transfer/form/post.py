"""Posts a file with a presigned form, as a browser does."""

import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from s3vend.errors import SettingsError, StorageError
from s3vend.http.patience import Patience
from s3vend.http.wire import Answer, Wire
from s3vend.presigning.urls import Form
from s3vend.transfer.destination import upload_target
from s3vend.transfer.progress import Counter, Progress
from s3vend.transfer.storage import s3_error
from s3vend.transfer.upload.sending import Uploaded
from s3vend.transfer.upload.source import Source, source_of

REPLACED = "${filename}"  # what S3 replaces in a form's key
REDIRECTS = frozenset({"success_action_redirect", "redirect"})  # fields; S3 then answers 303


def post_form(
    form: Form,
    path: str | os.PathLike[str],
    *,
    key: str | None = None,
    progress: Progress | None = None,
) -> Uploaded:
    """Upload a file with a form. It needs no service and no identity.

    ``key`` is the key of the object, if the form is for a prefix; if absent, the prefix and the
    name of the file. Temporary errors are retried.

    Raises:
        SettingsError: the form is not for this key.
        StorageError: S3 refused the form, or still failed after several tries.
        FileChanged: the file became shorter during the upload.
        TransferError: the file cannot be read.
        Unreachable: no answer.
    """
    form.check()
    source = source_of(Path(path))
    target = _target(form, source.path, key)
    fields = {**form.fields, "key": target.split("/", 3)[3]}
    counter, wire = Counter(source.size, progress), Wire()
    answer = Patience().retry(lambda: _send(form, fields, source, counter, wire))
    if not _is_done(answer.status, form.fields):
        failure = s3_error(answer)
        raise StorageError(f"post {target}", answer.status, failure.code, failure.message)
    return Uploaded(target, source.size, answer.headers.get("etag", ""), "none")


def _target(form: Form, path: Path, key: str | None) -> str:
    """Return the target of the object, `s3://bucket/key`."""
    _, _, bucket, covered = form.target.split("/", 3)
    prefix = covered.removesuffix("*")
    if key is None and prefix != covered:
        if prefix and not prefix.endswith("/"):
            raise SettingsError(f"This form is for a prefix; give a key, such as {prefix}name.")
        key = upload_target(path, f"s3://{bucket}/{prefix}").split("/", 3)[3]
    if key is None or key == covered:
        return form.target
    if prefix == covered or not key.startswith(prefix) or key == prefix or REPLACED in key:
        only = f"keys that begin with {prefix}" if prefix != covered else f"the key {prefix}"
        raise SettingsError(f"This form is for {only}, not for {key!r}.")
    return f"s3://{bucket}/{key}"


def _send(
    form: Form, fields: Mapping[str, str], source: Source, counter: Counter, wire: Wire
) -> Answer:
    boundary = secrets.token_hex(16)
    before, after = _around(fields, boundary)
    sent = 0

    def on_block(length: int) -> None:
        nonlocal sent
        sent += length
        counter.add(length)

    def body() -> Iterator[bytes]:
        yield before
        yield from source.blocks(0, source.size, on_block)
        yield after

    headers = {
        **form.headers,
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(before) + source.size + len(after)),
    }
    done = False
    try:
        answer = wire.send(form.method, form.url, headers, body())
        done = _is_done(answer.status, form.fields)
    finally:
        if not done:
            counter.add(-sent)
    return answer


def _is_done(status: int, fields: Mapping[str, str]) -> bool:
    """Whether S3 has the file. Another redirect than the form's own goes elsewhere."""
    return status < 300 or (status == 303 and not REDIRECTS.isdisjoint(fields))


def _around(fields: Mapping[str, str], boundary: str) -> tuple[bytes, bytes]:
    """Return the bytes before and after those of the file (RFC 7578)."""
    begin = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [f'{begin}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    parts.append(
        f'{begin}"file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    return "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()
