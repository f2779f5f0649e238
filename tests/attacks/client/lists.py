"""Lists of S3, or of whoever is in its place, to a deletion; it takes only what it was told to"""

from base64 import b64encode
from urllib.parse import unquote

from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.conftest import Asked, Reply
from tests.client.shelf import contents, listing, of
from tests.client.tokens import token
from tests.client.typed import typed

ENTITIES = "https://cwe.mitre.org/data/definitions/776.html"
FILES = "https://cwe.mitre.org/data/definitions/611.html"
ENDLESS = "https://cwe.mitre.org/data/definitions/835.html"
BELOW, PATTERN = ("-r", "s3://b/p/"), ("s3://b/p/*.tmp",)
NOTHING, MOST = "nothing", 50  # lists, after which a deletion would never end


def outcome(given: "tuple[tuple[str, ...], bytes]", stage: Stage) -> str:
    """Return the keys that are deleted where S3 answers with this to each request for a list."""
    words, answer = given
    shelf = of("p/k", "p/a.tmp", "q/k")

    def instead(asked: Asked, reply: Reply) -> Reply:
        is_list = asked.method == "GET"
        assert sum(one.method == "GET" for one in shelf.seen) < MOST
        return (200, {}, answer) if is_list else reply

    shelf.instead = instead
    stage.environment.setenv("S3VEND_URL", stage.serve(shelf.reply).url)
    stage.environment.setenv("S3VEND_TOKEN", token())
    typed("rm", *words, "--yes")
    paths = [one.path.partition("?")[0] for one in shelf.seen if one.method == "DELETE"]
    return " ".join(sorted({unquote(path).removeprefix("/b/") for path in paths})) or NOTHING


def entity(declared: str) -> bytes:
    """Return a list with a key of an entity."""
    key = contents("p/KEY").replace("p/KEY", "&key;")
    return listing(key).replace(b"?>\n", f"?>\n<!DOCTYPE l [{declared}]>".encode(), 1)


def endless(key: str) -> bytes:
    """Return a page that says that it is followed by itself."""
    following = b64encode(key.encode()).decode()
    more = f"<NextContinuationToken>{following}</NextContinuationToken>"
    return listing(contents(key), is_truncated=True, more=more)


LAUGHS = '<!ENTITY a "p/k"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY key "&b;&b;&b;&b;">'
ATTACKS = [
    Attack("what is below the prefix", (BELOW, listing(contents("p/k"))), "p/k", rule(4)),
    Attack("a key elsewhere", (BELOW, listing(contents("q/k"))), NOTHING, rule(4)),
    Attack("a key elsewhere after one below", (BELOW, listing(contents("p/k"), contents("q/k"))), NOTHING, rule(4)),
    Attack("a key whose prefix only begins alike", (BELOW, listing(contents("pq/k"))), NOTHING, rule(4)),
    Attack("the prefix without its slash", (BELOW, listing(contents("p"))), NOTHING, rule(4)),
    Attack("a key without a name", (BELOW, listing(contents(""))), NOTHING, rule(4)),
    Attack("a key in other letters", (BELOW, listing(contents("P/k"))), NOTHING, rule(4)),
    Attack("a prefix that is encoded twice", (BELOW, listing(contents("p%2Fk"))), NOTHING, rule(4)),
    Attack("a key that the pattern does not match", (PATTERN, listing(contents("p/k"), contents("p/a.tmp"))), "p/a.tmp", rule(4)),
    Attack("a key below, where the pattern is for one level", (PATTERN, listing(contents("p/q/a.tmp"))), NOTHING, rule(4)),
    Attack("an entity in place of a key", (BELOW, entity('<!ENTITY key "p/k">')), NOTHING, ENTITIES),
    Attack("entities of entities", (BELOW, entity(LAUGHS)), NOTHING, ENTITIES),
    Attack("a file of this machine as an entity", (BELOW, entity('<!ENTITY key SYSTEM "file:///etc/hostname">')), NOTHING, FILES),
    Attack("a page that is followed by itself", (BELOW, endless("p/k")), NOTHING, ENDLESS),
]  # fmt: skip
