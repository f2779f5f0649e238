"""What a grant says of shares: that its keys may be shared by links, and for how long."""

from dataclasses import dataclass

DAY = 24 * 3600
SHORTEST, LONGEST = 60, 90 * DAY  # seconds of a share
USUAL = 7 * DAY  # of both members, if a grant does not name them
SEEN_LEAST = 3600
SEEN_BY_CLAIMS = 30 * DAY  # claims are only as good as the last token


@dataclass(frozen=True, slots=True)
class Sharing:
    """How long shares under a grant live, and how long without their owner; in seconds."""

    longest: int = USUAL
    owner_seen: int = USUAL

    def as_json(self) -> dict[str, object]:
        """Return its members as in a grant of ``vending.yaml``."""
        members = {"maxShare": self.longest, "ownerSeen": self.owner_seen}
        return {"sharing": True} | {name: one for name, one in members.items() if one != USUAL}

    def gives_no_more(self, than: "Sharing") -> bool:
        """Whether no share under this lives where none under ``than`` would."""
        return self.longest <= than.longest and self.owner_seen <= than.owner_seen
