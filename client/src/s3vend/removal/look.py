"""Whether named objects exist, since S3 answers alike to a deletion of what is not there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from s3vend.errors import StorageError
from s3vend.listing.head import is_listed
from s3vend.removal.halves import Halves
from s3vend.service.connect import Service
from s3vend.transfer.many.engine import Engine
from s3vend.transfer.many.jobs import ByName, Job, Result, Signature, Steps, asked
from s3vend.transfer.many.signing import Signer
from s3vend.transfer.many.tally import Tally


@dataclass(frozen=True, slots=True)
class Look(ByName):
    """Asks for the properties of objects, and keeps what S3 answers, by their names."""

    service: Service
    exists: dict[str, bool | None] = field(default_factory=dict)  # None: S3 does not say
    method: str = "HEAD"

    def small(self, job: Job, signature: Signature) -> Steps:
        """Ask for one object."""
        action, patience = f"find {self.prefix}{job.name}", self.service.patience
        try:
            yield from asked(action, self.method, signature, patience)
            self.exists[job.name] = True
        except StorageError as error:
            if error.status not in (403, 404):
                raise
            self.exists[job.name] = False if error.status == 404 else None
        return Result("skipped", job.name)


def existing(
    prefix: str, names: Sequence[str], service: Service, parallel: int
) -> Mapping[str, bool | None]:
    """Return which of the names below the prefix exist; None, or nothing, if nobody can tell.

    Raises:
        StorageError: S3 refuses the list.
        ServiceError, Unreachable, IdentityError: as `connect`.
    """
    look = Look(prefix, service)

    def ask(names: Sequence[str]) -> None:
        engine = Engine(look, Signer(service, look), service.wire, parallel, Tally())
        engine.run([Job(name, 0, None) for name in names], lambda *_: None)

    Halves().run(names, ask, lambda *_: None)
    for name, found in look.exists.items():
        if found is None:
            look.exists[name] = is_listed(f"{prefix}{name}", service)
    return look.exists
