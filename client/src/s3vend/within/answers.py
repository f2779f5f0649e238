"""Answers of S3 to copies: it sends their status before it is done, so the body decides."""

from collections.abc import Callable
from dataclasses import dataclass

from s3vend.errors import Unreachable
from s3vend.http.wire import Answer


def texts_in(body: bytes, name: str) -> list[str]:
    """Return the texts of all elements of this name; none if the body is not XML."""
    from xml.etree import ElementTree as ET

    try:
        nodes = ET.fromstring(body).iter()  # noqa: S314 - from S3 or a proxy; without entities
    except ET.ParseError:
        return []
    return [node.text or "" for node in nodes if node.tag.rpartition("}")[2] == name]


def first_in(body: bytes, name: str) -> str:
    """Return the text of the first such element; empty if there is none."""
    return next(iter(texts_in(body, name)), "")


@dataclass(slots=True)
class Attempts:
    """The attempts of one request whose answer has an ETag. ``lost``: one may have had success."""

    action: str
    lost: bool = False
    _last: bytes = b""

    @property
    def is_about_source(self) -> bool:
        """Whether the condition that was not met is on the source, and not on the copy."""
        return "copy-source" in first_in(self._last, "Condition").lower()

    def __call__(self, send: Callable[[], Answer]) -> Answer:
        """Send once, and return the answer if it is whole.

        Raises:
            Unreachable: no answer, or one that says neither success nor failure.
        """
        try:
            answer = send()
        except Unreachable:
            self.lost = True
            raise
        # S3 sends spaces while it is at work.
        answer = answer._replace(body=answer.body.strip())
        if (
            answer.status == 200
            and not first_in(answer.body, "ETag")
            and b"<Error" not in answer.body
        ):
            self.lost = True
            raise Unreachable(f"Could not {self.action}: S3's answer has no ETag, or is cut off.")
        self._last = answer.body
        return answer
