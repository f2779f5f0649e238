"""A staged change of the service: brings its parts, has it checked, and has it written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from s3vend.cli.large.cut import Part
from s3vend.cli.terminal.bar import live_line
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import INTERRUPTED, NOT_REACHABLE, Refusal, code_of
from s3vend.service.pages import pages

if TYPE_CHECKING:
    from s3vend.service.connect import Service

ROUTE = "/admin/staged"
SHOWN = 1_000  # changes that people see; -o json has all
DOING = {
    "staging": "sending the document",
    "checking": "checking parts",
    "writing": "writing",
}
# How it is left while the service is asked to bring it to a state.
LEFT = {
    "planned": "being checked, and nothing of it is written",
    "applied": "written in part or as a whole, and the service may write on for 20 seconds",
    "cancelled": "perhaps not cancelled yet",
}


@dataclass
class StagedChange:
    """A change on the service; ``answer`` is the last one about it."""

    service: "Service"
    answer: "dict[str, Any]"
    quiet: bool = False
    _facts: "list[str]" = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id on the service."""
        return str(self.answer["id"])

    @property
    def state(self) -> str:
        """Its state, as the service calls it."""
        return str(self.answer["state"])

    @classmethod
    def announced(
        cls, service: "Service", announcement: "dict[str, object]", *, quiet: bool, first: bool
    ) -> "StagedChange":
        """Announce a document; the service finds what was announced of it before.

        ``first``: this command has not done so yet, so it says what it found.
        """
        found = cls(service, service.ask(ROUTE, announcement), quiet)
        if first and not quiet:
            done = found.answer["progress"]["done"]
            say(f"the document is staged as {found.id}{'; going on with it' if done else ''}")
        return found

    def send(
        self, parts: Sequence[Part], refused: "Callable[[Part, Exception], Exception]"
    ) -> None:
        """Send the parts that have not arrived; ``refused`` returns the error for a part's."""
        from s3vend.errors import ServiceError

        number = 0
        try:
            with self._going_on("sent in part"):
                for number in list(self.answer["missing"]):
                    route = f"{ROUTE}/{self.id}/parts/{number}"
                    self._took(self.service.put(route, parts[number].body))
        except ServiceError as error:
            raise refused(parts[number], error) from None

    def commit(self, state: str, **members: object) -> None:
        """Let the service work until it has reached a state: ``planned`` or ``applied``."""
        with self._going_on(LEFT[state]):
            while self.state not in (state, "applied"):
                if state == "planned" and self.state == "writing":
                    return  # an earlier command was interrupted while it wrote
                self._took(self.service.ask(f"{ROUTE}/{self.id}/commit", members))

    def cancel(self) -> None:
        """Cancel it; what is written stays."""
        with self._going_on(LEFT["cancelled"]):
            while self.state != "cancelled":
                self._took(self.service.end(f"{ROUTE}/{self.id}"))

    def changes(self, *, every: bool) -> "list[dict[str, Any]]":
        """Return what it changes: everything, or as much as people read."""
        found = pages(self.service, f"{ROUTE}/{self.id}/changes", "changes")
        return list(found if every else islice(found, SHOWN))

    def _took(self, answer: "dict[str, Any]") -> None:
        self.answer = answer
        self._facts[:] = facts_of(answer)

    @contextmanager
    def _going_on(self, left: str) -> Iterator[None]:
        """Show how far it is; after a break, say what to do next.

        ``left`` says how the service was left: an answer that did not arrive says more than the
        last one that did.
        """
        from s3vend.errors import S3VendError

        self._facts[:] = facts_of(self.answer)
        further = (
            f"the change {self.id} is {left}; run the same command again to go on, or cancel it "
            f"with s3vend apply --cancel {self.id}"
        )
        try:
            with live_line(f"change {self.id}", lambda: self._facts, quiet=self.quiet):
                yield
        except KeyboardInterrupt:
            raise Refusal(f"interrupted: {further}", INTERRUPTED) from None
        except S3VendError as error:
            if code_of(error) == NOT_REACHABLE:
                say(further)
            raise


def cancelled(service: "Service", id_: str, *, quiet: bool) -> "dict[str, Any]":
    """Cancel the change with this id, and return the last answer about it."""
    change = StagedChange(service, service.read(f"{ROUTE}/{id_}"), quiet)
    change.cancel()
    return change.answer


def is_writing(service: "Service", announcement: "Mapping[str, object]") -> bool:
    """Return whether the change that is being written is of this document."""
    same = ("digest", "entries", "owner", "prune")
    return any(
        one["state"] == "writing" and all(one.get(name) == announcement.get(name) for name in same)
        for one in pages(service, ROUTE, "staged")
    )


def facts_of(answer: "dict[str, Any]") -> "list[str]":
    """Return how far it is, the most important first."""
    progress = answer["progress"]
    done, total = progress["done"], progress["of"]
    share = f"{100 * done // total:3d}%" if total else "100%"
    return [share, f"{DOING.get(progress['step'], progress['step'])} {done:,} of {total:,}"]
