"""Keys below a prefix that lead out of a copy's directory, or take another file's place; each key
gets its own file in it, or none"""

from s3vend.tree.names import Names, Refused
from s3vend.tree.rules import LINUX, MACOS, WINDOWS
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule

SLIP = "https://cwe.mitre.org/data/definitions/22.html"
CASE = "https://cwe.mitre.org/data/definitions/178.html"
NAMES = "https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file"


def outcome(given: str, stage: Stage) -> str:
    """Return where the last of the keys goes, on each system; a space stands between keys."""
    del stage
    systems = {"Linux": LINUX, "macOS": MACOS, "Windows": WINDOWS}
    places = {}
    for system, rules in systems.items():
        names = Names(rules)
        *_, last = [names.path(key) for key in given.split(" ")]
        places[system] = "no file" if isinstance(last, Refused) else last
    return ", ".join(f"{system}: {place}" for system, place in places.items())


NOWHERE = "Linux: no file, macOS: no file, Windows: no file"


def folded(path: str) -> str:
    """Return the outcome of a key that is another's name where the system takes both for one."""
    return f"Linux: {path}, macOS: no file, Windows: no file"


ATTACKS = [
    Attack("the directory above", "../evil", NOWHERE, SLIP),
    Attack("the directory above, from inside", "a/../../evil", NOWHERE, SLIP),
    Attack("the directory above, where it stays inside", "a/../b", NOWHERE, SLIP),
    Attack("an absolute path", "/etc/passwd", NOWHERE, SLIP),
    Attack("an absolute path after a slash of the prefix", "a//etc/passwd", NOWHERE, SLIP),
    Attack("the directory itself as a part", "a/./b", NOWHERE, SLIP),
    Attack("the directory above with backslashes", "a\\..\\..\\evil", NOWHERE, SLIP),
    Attack("a drive as a directory", "C:/evil", "Linux: C:/evil, macOS: C:/evil, Windows: no file", NAMES),
    Attack("a device as a directory", "NUL/evil", "Linux: NUL/evil, macOS: NUL/evil, Windows: no file", NAMES),
    Attack("a directory whose period Windows removes", "a./b", "Linux: a./b, macOS: a./b, Windows: no file", NAMES),
    Attack("a directory of an escape sequence", "\x1b[2J/b", NOWHERE, rule(18)),
    Attack("a directory that is a file already", "a a/b", NOWHERE, rule(18)),
    Attack("the same, after keys in between", "a a-b a.txt a/b", NOWHERE, rule(18)),
    Attack("a file in other letters", ".Profile .profile", folded(".profile"), CASE),
    Attack("a directory in other letters", ".GIT/config .git/config", folded(".git/config"), CASE),
    Attack("a file in place of a directory in other letters", "A/b a", folded("a"), CASE),
    Attack(
        "a file whose name is composed otherwise",
        "e\u0301 \u00e9",
        "Linux: \u00e9, macOS: no file, Windows: \u00e9",
        "https://www.unicode.org/reports/tr15/",
    ),
]  # fmt: skip
