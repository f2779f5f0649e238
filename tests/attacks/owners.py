"""Changes for one owner that reach for entries of others, and text that would pose as something."""

from typing import Any

from tests.attacks.attack import BUCKET, Attack, Event, change, event
from tests.attacks.sources import TWICE, rule
from tests.attacks.world import OTHER_ISSUER, WEB
from tests.support.make import USER_ARN
from tests.support.tokens import AUDIENCE

OURS = "team-data"  # the entries of WEB, and those of nobody, are another's
LINE = {
    "id": "x",
    "grantee": {"iam": USER_ARN},
    "scope": f"s3://{BUCKET}/x/*",
    "permission": "READ",
}
AT = "400 InvalidRequest /grants/0"


def limited(**members: Any) -> Event:
    return change(owner=OURS, **members)


def line(**members: Any) -> Event:
    return change(grants=[LINE | members])


def described(text: object) -> Event:
    return line(description=text)


ATTACKS = [
    Attack("another team's grant, under one's own name", limited(grants=[LINE | {"id": "bobs", "owner": OURS}]), f"{AT}/id", rule(14), looked_up=True),
    Attack("another team's grant, by its own name", limited(grants=[LINE | {"id": "bobs", "owner": WEB}]), f"{AT}/owner /grants/0/id", rule(14), looked_up=True),
    Attack("another team's grant, by no name", limited(grants=[LINE | {"id": "bobs"}]), f"{AT}/owner /grants/0/id", rule(14), looked_up=True),
    Attack("a grant that nobody owns", limited(grants=[LINE | {"id": "reports", "owner": OURS}]), f"{AT}/id", rule(14), looked_up=True),
    Attack("a new grant for another team", limited(grants=[LINE | {"owner": WEB}]), f"{AT}/owner", rule(14), looked_up=True),
    Attack("a new grant for nobody", limited(grants=[LINE]), f"{AT}/owner", rule(14), looked_up=True),
    Attack("one's own grant, and another's beside it", limited(grants=[LINE | {"owner": OURS}, LINE | {"id": "bobs", "owner": OURS}]), "400 InvalidRequest /grants/1/id", rule(14), looked_up=True),
    Attack("another team's issuer", limited(issuers=[{"issuer": OTHER_ISSUER, "audience": AUDIENCE, "tenancy": "own", "owner": OURS}]), "400 InvalidRequest /issuers/0/issuer", rule(14), looked_up=True),
    Attack("another team's bucket", limited(locations=[{"scope": "s3://sealed-bucket/*", "region": "ap-northeast-1", "owner": OURS}]), "400 InvalidRequest /locations/0/scope", rule(14), looked_up=True),
    Attack("an owner who is everybody", change(owner="*"), "400 InvalidRequest /owner", rule(13)),
    Attack("an owner who is nobody, so that there would be no limit", change(owner=""), "400 InvalidRequest /owner", rule(13)),
    Attack("an owner who is null", change(owner=None), "400 InvalidRequest /owner", rule(13)),
    Attack("two owners at once", change(owner=[OURS, WEB]), "400 InvalidRequest /owner", rule(13)),
    Attack("an owner twice, of which the last would count", event("admin-changes", f'{{"version": 1, "owner": "{WEB}", "owner": "{OURS}"}}'), "400 InvalidRequest /owner", TWICE),
    Attack("an owner in capitals, whom people take for another", line(owner="Team-Data"), f"{AT}/owner", rule(16)),
    Attack("an owner in letters that look alike", line(owner="te\u0430m-data"), f"{AT}/owner", rule(16)),
    Attack("an owner with an invisible character", line(owner="team\u200b-data"), f"{AT}/owner", rule(16)),
    Attack("an owner with a line break", line(owner="team-data\n"), f"{AT}/owner", rule(13)),
    Attack("an owner that steers a terminal", line(owner="\x1b[2Jteam"), f"{AT}/owner", rule(13)),
    Attack("a description that begins another entry", described("x\n  - id: evil"), f"{AT}/description", rule(13)),
    Attack("a description that ends the line of a log", described("x\r\n{}"), f"{AT}/description", rule(13)),
    Attack("a description that steers a terminal", described("\x1b]0;x\x07"), f"{AT}/description", rule(13)),
    Attack("a description that ends the line for YAML alone", described("x\u2028- id: evil"), f"{AT}/description", rule(13)),
    Attack("a description that reads backwards", described("x \u202e evil"), f"{AT}/description", rule(13)),
    Attack("a description with half a character", described("x\ud800"), f"{AT}/description", rule(13)),
    Attack("a description that nobody reads to its end", described("x" * 257), f"{AT}/description", rule(13)),
    Attack("a description that is an object", described({"text": "x"}), f"{AT}/description", rule(13)),
]  # fmt: skip
