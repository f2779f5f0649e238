"""Keys in what a grant opens, and those beside it that a wrong pattern would open too."""

import unicodedata
from urllib.parse import quote

from tests.proof.granted import BUCKETS, DrawnKeys
from vending.grants.keys import Keys

SPECIAL = "*?$"


def inside(keys: DrawnKeys, root: str) -> list[str]:
    """Some of them."""
    if not keys.is_prefix:
        return [keys.text]
    below = keys.text or f"{root}/"
    own = [keys.text] if keys.text else []  # what consoles make of an empty folder
    odd = ["1/2/a b+c%2F日本", "3/a*b?c$d", "4//x", "*/x"]
    return [below + "x", *(below + one for one in odd), *own]


def near(keys: DrawnKeys, root: str) -> list[tuple[str, str]]:
    """Bucket and key of neighbours; a few of them may be inside after all."""
    text, last = keys.text, "x" if keys.is_prefix else ""
    bare = text.removesuffix("/")
    parent, slash, name = bare.rpartition("/")
    found = [
        bare,
        f"{bare}0{text[len(bare) :]}{last}",  # a character more
        f"{bare[:-1]}{text[len(bare) :]}{last}",  # a character less
        f"{bare}0",
        f"{bare}/x" if not keys.is_prefix else f"{bare}x",
        f"{parent}{slash}x",
        f"{parent}{slash}other/{name}",
        f"/{text}{last}",
        text.swapcase() + last,
        quote(text, safe="/") + last,
        quote(text, safe="") + last,
        *(unicodedata.normalize(form, text) + last for form in ("NFC", "NFD", "NFKC")),
        *(text.replace(one, f"${{{one}}}") + last for one in SPECIAL),
        *(text.replace(one, "z") + last for one in SPECIAL),
        *(text.replace(one, "/z/") + last for one in SPECIAL),
        "*",
        "${*}",
        root,
    ]
    neighbours = [(keys.bucket, key) for key in found if key and is_key(key)]
    others = [one for one in BUCKETS if one != keys.bucket]
    inner = [(other, key) for other in others for key in inside(keys, root)[:1]]
    return list(dict.fromkeys(neighbours + inner))


def is_key(text: str) -> bool:
    """Whether it can be written as one."""
    try:
        Keys("bkt", text)
    except ValueError:
        return False
    return True
