"""A scope or a target as its segments: literals, and variables that a caller fills."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from vending.grants.keys import Keys
from vending.grants.scope import Scope, Variable

type Term = str | Variable
type Part = str | tuple[str, int]  # a literal; or a variable's name, and which of its segments


@dataclass(frozen=True, slots=True)
class Pattern:
    """Keys of a bucket that begin with these segments, or that have exactly these."""

    bucket: str
    terms: tuple[Term, ...]  # of a prefix, those before the slash that it ends with
    is_prefix: bool
    exact: bool = True  # False: more keys than the scope has

    @classmethod
    def of(cls, scope: Scope) -> Self | None:
        """The keys of a scope; None for one that nobody can fill.

        Of a scope with several variables for paths, only what comes before the first is kept:
        ``exact`` is False then.
        """
        try:
            terms = tuple(scope.segments())
        except ValueError:
            return None
        paths = [at for at, one in enumerate(terms) if isinstance(one, Variable) and one.is_path]
        if len(paths) > 1:
            return cls(scope.bucket, terms[: paths[0]], is_prefix=True, exact=False)
        is_prefix = scope.unfilled.is_prefix
        return cls(scope.bucket, terms[:-1] if is_prefix else terms, is_prefix)

    @classmethod
    def of_keys(cls, keys: Keys) -> Self:
        """The keys of a target, in which nothing is a variable."""
        terms = tuple(keys.key.split("/"))
        return cls(keys.bucket, terms[:-1] if keys.is_prefix else terms, keys.is_prefix)

    @property
    def path(self) -> str | None:
        """The name of the variable that may fill several segments, if there is one."""
        paths = (one.name for one in self.terms if isinstance(one, Variable) and one.is_path)
        return next(paths, None)

    @property
    def variables(self) -> frozenset[str]:
        """The names of all variables."""
        return frozenset(one.name for one in self.terms if isinstance(one, Variable))

    def parts(self, count: int) -> Iterator[Part]:
        """Yield each segment, if the variable for a path fills ``count`` of them."""
        for term in self.terms:
            if isinstance(term, str):
                yield term
            else:
                for position in range(count if term.is_path else 1):
                    yield term.name, position

    def text(self, values: Mapping[str, str]) -> str:
        """The keys as ``s3://`` text, with those variables filled that have a value."""
        written = (one if isinstance(one, str) else _written(one, values) for one in self.terms)
        return f"s3://{self.bucket}/{'/'.join([*written, '*'] if self.is_prefix else written)}"


def _written(variable: Variable, values: Mapping[str, str]) -> str:
    path = ":path" if variable.is_path else ""
    return values.get(variable.name, f"${{{variable.name}{path}}}")
