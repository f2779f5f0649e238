"""The search for the caller's identity: the first of the sources that has one."""

from typing import NamedTuple

from s3vend.errors import IdentityError
from s3vend.http.wire import Wire
from s3vend.identity.platforms import NotHere
from s3vend.identity.settings import Environment, Settings
from s3vend.identity.sources import Identity, Source, sources


class Found(NamedTuple):
    """An identity, why it is the one, and the sources before it that were there but not used."""

    identity: Identity
    because: str
    another: str  # how to choose another
    passed_over: tuple[str, ...] = ()

    def notes(self) -> list[str]:
        """Return the lines to add to the message of a refusal."""
        lines = [f"It is used because {self.because}. {self.another}"]
        return [*lines, *(f"Not used: {line}" for line in self.passed_over)]


def search(settings: Settings, environment: Environment, wire: Wire) -> Found:
    """Return the identity of the first source that has one.

    Raises:
        IdentityError: no source has an identity, or a source that is set does not work.
    """
    tried, passed_over = list[str](), list[str]()
    for source in sources(settings, environment, wire):
        if source.make is None:
            tried.append(f"{source.name}: {source.why}")
            continue
        try:
            identity = source.make()
        except NotHere as error:
            passed_over.append(f"{source.name}: {error}")
            tried.append(passed_over[-1])
        except IdentityError as error:
            another = _another(settings, source)
            raise IdentityError(
                f"Cannot get an identity from {source.name}: {str(error).rstrip('.')}. {another}",
                passed_over,
            ) from None
        else:
            return Found(identity, source.because, _another(settings, source), tuple(passed_over))
    raise IdentityError(
        "No identity found. Set one of these sources (they were tried in this order):", tried
    )


def _another(settings: Settings, source: Source) -> str:
    """Return how to choose another identity than the one of this source."""
    words = "To use another identity: --aws-profile NAME or --token-file FILE"
    if settings.chosen_by:
        return f"{words}."
    other = "token" if source.door == "iam" else "aws"
    return f"{words}, or S3VEND_IDENTITY={other}."
