"""A grant, a caller and a request, drawn by Hypothesis; each prints as a row that can be kept."""

import json
from dataclasses import dataclass, fields
from typing import Literal

from hypothesis import strategies as st

BUCKET = "bkt"
LONG = "x" * 60

type Kind = Literal["user", "role", "web"]
type How = Literal["Minimal", "Default", "GET", "HEAD", "PUT", "DELETE", "POST", "upload"]


@dataclass(frozen=True)
class Case:
    """What a row does not say is as here."""

    scope: str = "a/*"  # as in vending.yaml, without the bucket
    permission: str = "READWRITE"  # of the grant
    tails: tuple[str, ...] = ("x",)  # of the targets, below the scope
    prefixes: bool = False  # whether those that end at a "/" are prefixes
    asked: str = "READ"  # of credentials; a URL takes what its method takes
    how: How = "Minimal"
    caller: Kind = "user"
    name: str = "alice"
    tenant: str = "acme"
    path: str = "org/team"
    condition: Literal["", "caller", "ranges", "vpce"] = ""
    expires: int | None = None  # seconds from now
    versions: bool = False
    tagging: bool = False
    limits: bool = False  # of uploads
    account: str | None = None  # of the bucket's owner, if it is not ours
    kms: bool = False
    partition: str = "aws"

    def __repr__(self) -> str:
        default = Case.__dataclass_fields__
        said = [
            one.name for one in fields(self) if getattr(self, one.name) != default[one.name].default
        ]
        return f"Case({', '.join(f'{name}={getattr(self, name)!r}' for name in said)})"

    @property
    def variables(self) -> dict[str, str]:
        """Of the caller."""
        if self.caller == "web":
            return {"${claim.tenant}": self.tenant, "${claim.path:path}": self.path}
        return {"${caller.name}": self.name, "${caller.account}": "123456789012"}

    @property
    def filled(self) -> tuple[str, bool]:
        """The scope for this caller: a key, or what keys begin with."""
        is_prefix = self.scope == "*" or self.scope.endswith("/*")
        text = self.scope[:-1] if is_prefix else self.scope
        return "/".join(self.variables.get(one, one) for one in text.split("/")), is_prefix

    @property
    def targets(self) -> list[tuple[str, bool]]:
        """What is asked for; a scope that is one key has no others."""
        start, is_prefix = self.filled
        if not is_prefix:
            return [self.filled]
        whole = [start + tail for tail in self.tails]
        return [
            (one, True) if self.prefixes and (one == "" or one.endswith("/")) else (one, False)
            for one in whole
        ]

    @property
    def wants(self) -> str:
        """The permission that the request takes."""
        if self.how in ("Minimal", "Default"):
            return self.asked
        return "READ" if self.how in ("GET", "HEAD") else "WRITE"


# What wildcards, escapes, decoders, normalisers and text comparison have been wrong about.
PIECES = st.sampled_from(
    [
        *("a", "b", "A", "tenant1", "tenant10", "data", "2026", "-", "_", ".", ".."),
        *(
            "*",
            "**",
            "?",
            "$",
            "{",
            "}",
            "${*}",
            "${?}",
            "${$}",
            "${aws:userid}",
            "${aws:username}",
        ),
        *("${", "$$", "$*", "[a]", "(", "|", "^", "+", "\\", '"', "'", "<", ">", "&", ";", ":"),
        *("%", "%2F", "%2f", "%2A", "%25", "#", "=", ",", "~", " ", "  ", "é", "e\u0301", "Å", "Å"),
        *(
            "ß",
            "\u017f",
            "İ",
            "\ufb01",
            "日",
            "本",
            "🚀",
            "👩\u200d👧",
            "\u200b",
            "\u2028",
            "\ufeff",
            "\u00a0",
        ),
    ]
)  # fmt: skip


def _is_segment(text: str) -> bool:
    return text not in ("", ".", "..")


SEGMENTS = st.lists(PIECES, min_size=1, max_size=3).map("".join).filter(_is_segment)
LITERALS = SEGMENTS.filter(lambda text: "${" not in text and not text.endswith("*"))
TAILS = st.one_of(
    SEGMENTS,
    st.tuples(SEGMENTS, SEGMENTS).map("/".join),
    SEGMENTS.map(lambda text: text + "/"),
    st.tuples(SEGMENTS, SEGMENTS).map(lambda pair: f"{pair[0]}/{pair[1]}/"),
    st.sampled_from(["*", "/", "//x", "x//", "a/*", LONG, "日" * 40, "x/" + LONG]),
)
NAMES = st.sampled_from(["alice", "Alice", "a", "a.b", "A+b=,@-_", "..a", "a" * 64])
KINDS: list[Kind] = ["user", "role", "web"]
HOWS: list[How] = [
    "Minimal",
    "Minimal",
    "Default",
    "GET",
    "HEAD",
    "PUT",
    "DELETE",
    "POST",
    "upload",
]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Such as the flow grants, but for a policy that may be too large."""
    caller: Kind = draw(st.sampled_from(KINDS))
    variables = (
        ["${claim.tenant}", "${claim.path:path}"]
        if caller == "web"
        else ["${caller.name}", "${caller.account}"]
    )
    segment = st.one_of(LITERALS, LITERALS, st.sampled_from(variables))
    segments = draw(st.lists(segment, max_size=3))
    is_prefix = not segments or draw(st.integers(0, 3)) > 0
    how = draw(st.sampled_from(HOWS))
    permission = draw(st.sampled_from(["READ", "WRITE", "READWRITE", "READWRITE"]))
    if how not in ("Minimal", "Default"):
        takes = "READ" if how in ("GET", "HEAD") else "WRITE"
        permission = permission if permission in ("READWRITE", takes) else takes
    asked = (
        draw(st.sampled_from(["READ", "WRITE", "READWRITE"]))
        if permission == "READWRITE"
        else permission
    )
    limits = draw(st.integers(0, 5)) == 0 and (how not in ("Minimal", "Default") or asked == "READ")
    several = how == "Minimal"
    return Case(
        scope="/".join([*segments, "*"] if is_prefix else segments),
        permission=permission,
        tails=tuple(draw(st.lists(TAILS, min_size=1, max_size=3 if several else 1))),
        prefixes=how in ("Minimal", "Default") and draw(st.booleans()),
        asked=asked,
        how=how,
        caller=caller,
        name=draw(NAMES),
        tenant=draw(SEGMENTS),
        path=draw(st.lists(SEGMENTS, min_size=1, max_size=2).map("/".join)),
        condition=draw(st.sampled_from(["", "", "caller", "ranges", "vpce"])),
        expires=draw(st.sampled_from([None, None, 1800, 3599, 3600, 36000])),
        versions=(more := draw(st.integers(0, 3))) == 0,
        tagging=more in (0, 2),
        limits=limits,
        account=draw(st.sampled_from([None, None, "999999999999"])),
        kms=draw(st.integers(0, 3)) == 0,
        partition=draw(st.sampled_from(["aws", "aws", "aws", "aws-cn", "aws-us-gov"])),
    )  # fmt: skip


def as_target(key: str, *, is_prefix: bool) -> dict[str, str]:
    """As programs write it: literal."""
    return {"bucket": BUCKET, "prefix" if is_prefix else "key": key}


def as_json(members: dict[str, object]) -> str:
    """A body, as it may come."""
    return json.dumps(members, ensure_ascii=False)
