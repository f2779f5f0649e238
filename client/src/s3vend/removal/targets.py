"""What is to be deleted: objects that are named, or what a prefix or a pattern stands for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from s3vend.errors import AccessDenied, SettingsError
from s3vend.listing.globs import is_prefix, matching
from s3vend.listing.pattern import pattern_of
from s3vend.listing.target import below, split
from s3vend.service.connect import Service


@dataclass(frozen=True, slots=True)
class Group:
    """Objects below `s3://bucket/prefix/`; names are what follows it in their keys.

    ``keys`` are those that were named one by one; None for all that the ``target`` stands for, in
    which no character is special if it is ``literal``.
    """

    target: str
    prefix: str
    keys: tuple[str, ...] | None = None
    literal: bool = False

    def names(self, service: Service) -> Iterator[str]:
        """Return the names; what is listed, while the caller iterates."""
        if self.keys is not None:
            return iter(self.keys)
        return self._listed(service)

    def _listed(self, service: Service) -> Iterator[str]:
        try:
            for one in matching(self.target, service=service, literal=self.literal):
                yield one.target[len(self.prefix) :]
        except AccessDenied as error:
            note = (
                "A prefix or a pattern is listed first, so it takes READ there too. Without READ, "
                "name each object."
            )
            raise AccessDenied(error.asked, error.problem, [*error.notes, note]) from None


def groups_of(targets: Sequence[str], *, recursive: bool, literal: bool) -> list[Group]:
    """Return what the targets stand for; the objects of a bucket that are named are one group.

    Raises:
        SettingsError: a target is not one, or does not go with ``recursive``.
    """
    named: dict[str, dict[str, None]] = {}  # by bucket
    listed: dict[str, Group] = {}
    for target in targets:
        pattern = None if literal else pattern_of(target)
        if pattern is not None:
            if recursive:
                raise SettingsError(
                    f"{target!r} is a pattern, and --recursive is for a prefix; a pattern crosses "
                    "levels with **."
                )
            listed[target] = Group(target, pattern.below.address)
        elif is_prefix(target, literal=literal):
            if not recursive:
                raise SettingsError(
                    f"{target!r} is a prefix; use --recursive to delete all objects below it."
                )
            listed[target] = Group(target, below(target).address, literal=literal)
        else:
            if recursive:
                raise SettingsError(
                    f"{target!r} is a key, and --recursive is for a prefix; end it with a slash to "
                    f"delete all objects below it: {target}/"
                )
            bucket, key = split(target)
            named.setdefault(bucket, {})[key] = None
    groups = [
        Group(f"s3://{bucket}/", f"s3://{bucket}/", tuple(keys)) for bucket, keys in named.items()
    ]
    return groups + list(listed.values())
