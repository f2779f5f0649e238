"""The effects of opening a link, made for one request."""

from collections.abc import Callable
from dataclasses import dataclass

from vending.shares.listing import Listing
from vending.shares.opening.tries import TryEffects
from vending.shares.share import Share
from vending.shares.standing import Link, Standing, Ticket
from vending.uploads.start import UploadEffects


@dataclass(frozen=True, slots=True)
class OpenEffects(UploadEffects):
    """The effects of one request to a link; ``load_grants`` is not used."""

    find: Callable[[str], Link | None]  # takes the hash of a token
    # Everything that judges a use, in one consistent read; takes the hash of a ticket too.
    read: Callable[[Link, str | None], tuple[Standing | None, Ticket | None]]
    # Counts one use with so many bytes, if there is room, and returns its number. The text names
    # the use: the second try of one that was counted is not counted again. Raises ``ShareOver``
    # and ``TooLarge``.
    use: Callable[[Share, str, int], int]
    tries: TryEffects
    save_ticket: Callable[[str, Ticket], None]  # takes its hash
    list_keys: Callable[[str], Listing]  # takes a URL
    random: Callable[[int], bytes]
    base_url: Callable[[], str]
