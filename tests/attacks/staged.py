"""Staged documents that are somebody else's, incomplete, or not what was announced."""

import json
from typing import Any

from tests.attacks.attack import BUCKET, Attack, Event, event, user
from tests.attacks.sources import TWICE, rule
from tests.support.make import USER_ARN

MINE, BOBS, A_FORMER_BOSSS, EXPIRED, CANCELLED = (letter * 16 for letter in "abcde")
GRANT = {"id": "a", "grantee": {"iam": USER_ARN}, "scope": f"s3://{BUCKET}/*", "permission": "READ"}
ISSUER = {"issuer": "https://login.evil.example", "audience": "https://vend.example.com"}


def announce(**members: object) -> Event:
    body: dict[str, Any] = {"version": 1, "digest": "0" * 64, "entries": {"grants": 1}, "parts": 1}
    return event("admin-stage", body | members)


def part(body: object, id_: str = MINE, number: str = "0", **by: Any) -> Event:
    return event("admin-staged-part", body, **by) | {
        "pathParameters": {"id": id_, "number": number}
    }


def commit(id_: str = MINE, **members: object) -> Event:
    return event("admin-staged-commit", members) | {"pathParameters": {"id": id_}}


def cancel(id_: str) -> Event:
    return event("admin-staged-cancel") | {"pathParameters": {"id": id_}}


ATTACKS = [
    Attack("a part slipped into another administrator's document", part({"grants": [GRANT]}, BOBS), "403 AccessDenied", rule(8)),
    Attack("another administrator's document written", commit(BOBS), "403 AccessDenied", rule(8)),
    Attack("another administrator's document planned", commit(BOBS, dryRun=True), "403 AccessDenied", rule(8)),
    Attack("the document of a former administrator of the same name, written", commit(A_FORMER_BOSSS), "403 AccessDenied", rule(16)),
    Attack("an own part under the name of another administrator", part({"grants": [GRANT]}, by=user("Bob", "AIDA2EXAMPLEEXAMPLE3")), "403 AccessDenied", rule(8)),
    Attack("a document pruned though half of it has not arrived", commit(), "400 InvalidRequest /parts", rule(12), looked_up=True),
    Attack("an expired document written", commit(EXPIRED), "404 NotFound", rule(12)),
    Attack("a cancelled document written", commit(CANCELLED), "412 PreconditionFailed", rule(19)),
    Attack("an id that would be another item of the table", commit("../grants/reports"), "404 NotFound", rule(4)),
    Attack("a cancellation of what is not there, said to be done", cancel("z" * 16), "404 NotFound", rule(19)),
    Attack("a commit whose dry run is misspelt, which would write", commit(dryrun=True), "400 InvalidRequest /dryrun", rule(13)),
    Attack("a commit whose dry run is text", commit(dryRun="true"), "400 InvalidRequest /dryRun", rule(13)),
    Attack("a commit at a revision that is text", commit(revision="1"), "400 InvalidRequest /revision", rule(13)),
    Attack("a commit at another revision than the table's", commit(revision=999), "412 PreconditionFailed", rule(19)),
    Attack("a part beyond the announced ones", part({"grants": [GRANT]}, number="2"), "404 NotFound", rule(13)),
    Attack("a part before the first one", part({"grants": [GRANT]}, number="-1"), "404 NotFound", rule(13)),
    Attack("a part whose number sorts behind others", part({"grants": [GRANT]}, number="000000001"), "404 NotFound", rule(13)),
    Attack("a part that would not fit into what Lambda takes", part({"grants": [GRANT | {"description": "x" * 4_000_000}]}), "413 TooLarge", rule(13)),
    Attack("a part that also says what to remove", part({"grants": [GRANT], "prune": True}), "400 InvalidRequest /prune", rule(13)),
    Attack("a part that names an owner of its own", part({"grants": [GRANT], "owner": "team"}), "400 InvalidRequest /owner", rule(13)),
    Attack("an issuer among the grants, which are read without it", part({"grants": [GRANT], "issuers": [ISSUER]}), "400 InvalidRequest /issuers", rule(13)),
    Attack("a part of nothing, which would count as one", part({}), "400 InvalidRequest ''", rule(13)),
    Attack("grants twice in a part, of which the last would count", part(f'{{"grants": [{json.dumps(GRANT)}], "grants": [{json.dumps(GRANT)}]}}'), "400 InvalidRequest /grants", TWICE),
    Attack("an issuer in a part whose keys would come over http", part({"issuers": [ISSUER | {"issuer": "http://login.evil.example"}]}), "400 InvalidRequest /issuers/0/issuer", rule(13)),
    Attack("a secret in a part", part({"grants": [GRANT | {"permission": "hunter2-hunter2"}]}), "400 InvalidRequest /grants/0/permission", rule(10)),
    Attack("a document without lists, which would be pruned", announce(entries={}, prune=True), "400 InvalidRequest /entries /parts", rule(13)),
    Attack("entries without parts, which would all be missing", announce(parts=0), "400 InvalidRequest /parts", rule(13)),
    Attack("more grants than anybody can check", announce(entries={"grants": 100_001}), "400 InvalidRequest /entries/grants", rule(13)),
    Attack("fewer than no grants", announce(entries={"grants": -1}), "400 InvalidRequest /entries/grants", rule(13)),
    Attack("a digest that is not one", announce(digest="0" * 63 + "\n"), "400 InvalidRequest /digest", rule(13)),
    Attack("a removal that is text, and so perhaps false", announce(prune="false"), "400 InvalidRequest /prune", rule(13)),
]  # fmt: skip
