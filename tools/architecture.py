"""Generates the picture and table of rooms in ``docs/architecture.md`` from ROOMS and the code.

A room is a package of the layer. The layer's top-level files form the room ``ground``, and the
folder of the functions is a room too.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.markdown import replaced
from tools.reference import members
from tools.reference.page import plain

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "docs/architecture.md"
BEGIN, END = "<!-- from the code, by make format -->\n", "<!-- up to here -->"
GROUND, FUNCTIONS = "ground", "functions"

# Ordered: a room imports only rooms above it.
ROOMS = {
    GROUND: "the files that belong to no room",
    "audit": "the audit record and its metrics",
    "callers": "callers' identities and how they are verified",
    "grants": "grants, locations, and the keys that they cover",
    "bodies": "parsing request bodies",
    "denials": "denials of revoked sessions, by parts of the role session name",
    "decision": "deciding on a request",
    "sessions": "sessions and their policies",
    "documents": "the entries of `vending.yaml`, also as read from the table",
    "reach": "who can reach what: questions about a whole document",
    "expectations": "the tests of a document, judged before and after a change",
    "sigv4": "signing with Signature Version 4",
    "credentials": "vending credentials, and explaining decisions",
    "urls": "vending presigned URLs",
    "uploads": "multipart uploads",
    "trail": "searching audit records",
    "tenancy": "judging whether an issuer's tokens can match grants, and of one tenant only",
    "catalogue": "administration: changing grants, issuers and locations",
    "questions": "questions of administrators: who can reach what, now or on a past day, and why",
    "drafts": "the changes of a large document as texts: found part by part, put into transactions",
    "staging": "staged changes: announced, brought in parts, checked, written in slices",
    "checking": "checking files of `vending.yaml` without a service: `s3vend check`",
    "revocations": "revoking, lifting, and keeping denials in force",
    "shares": "links that let others download or upload, and the judgement of each use",
    "shares/owners": "making, listing and ending shares",
    "shares/opening": "what whoever has a link sees and gets",
    "shares/uploading": "uploads by links",
    "shares/pages": "the pages of links",
    "aws/services": "clients of AWS and of issuers",
    "aws/api": "API Gateway's events, and the answers to them",
    "aws/table": "DynamoDB",
    "aws/table/shares": "shares in DynamoDB",
    "aws/web": "forms and pages of browsers",
    "aws/environment": "settings and wiring",
    "aws/staging": "staged changes: their items in DynamoDB, and their routes",
    FUNCTIONS: "one composition root for each function of the stack",
}
# The rooms at the edge may import the core, and only these rooms of the edge.
EDGE = {
    "aws/services": frozenset[str](),
    "aws/api": frozenset({"aws/services"}),
    "aws/table": frozenset({"aws/services"}),
    "aws/table/shares": frozenset({"aws/services", "aws/table"}),
    "aws/web": frozenset({"aws/api"}),
    "aws/environment": frozenset({"aws/services", "aws/api", "aws/table", "aws/table/shares"}),
    "aws/staging": frozenset({"aws/services", "aws/api", "aws/table", "aws/environment"}),
    FUNCTIONS: frozenset(
        {
            *("aws/services", "aws/api", "aws/table", "aws/table/shares", "aws/web"),
            *("aws/environment", "aws/staging"),
        }
    ),
}

# The rooms that each room imports.
type Imports = Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Module:
    """A module; its name is its path below the layer's package, or below the project's folder."""

    name: str
    room: str
    knows: str  # the first line of its docstring
    imports: frozenset[str]  # names of modules


def modules(root: Path = ROOT) -> list[Module]:
    """Return every module of the layer and of the functions, room by room.

    Raises ``ValueError`` for a module without a docstring, and for an import that is not a module.
    """
    layer = root / "layers/vending"
    found = [path for path in layer.rglob("*.py") if path.name != "__init__.py"]
    found += (root / FUNCTIONS).glob("*.py")
    rank = {room: place for place, room in enumerate(ROOMS)}
    parsed = [_module(path, root, layer) for path in found]
    return sorted(parsed, key=lambda one: (rank.get(one.room, len(rank)), one.room, one.name))


def _module(path: Path, root: Path, layer: Path) -> Module:
    name = path.relative_to(layer if path.is_relative_to(layer) else root).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lines = (ast.get_docstring(tree) or "").splitlines()
    if not lines:
        raise ValueError(f"{name} has no docstring")
    imports = frozenset(_imported(tree, layer, name))
    return Module(name, name.rpartition("/")[0] or GROUND, lines[0], imports)


def _imported(tree: ast.Module, layer: Path, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        # A name from a package is a module; a name from a module is not.
        choices: list[tuple[str, ...]] = []
        if isinstance(node, ast.Import):
            choices = [(one.name,) for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            of = node.module or ""
            choices = [(of, f"{of}.{one.name}") for one in node.names]
        for choice in choices:
            if choice[0].split(".")[0] != layer.name:
                continue
            files = ["/".join(one.split(".")[1:]) + ".py" for one in choice]
            module = next((one for one in files if (layer / one).is_file()), None)
            if module is None:
                raise ValueError(f"{name} imports {choice[-1]}, which is not a module")
            yield module


def rooms(all_modules: Sequence[Module]) -> dict[str, set[str]]:
    """Return the other rooms that each room of these modules imports."""
    of = {one.name: one.room for one in all_modules}
    found: dict[str, set[str]] = {room: set() for room in of.values()}
    for one in all_modules:
        found[one.room] |= {of[name] for name in one.imports} - {one.room}
    return found


def may_import(room: str, other: str) -> bool:
    """Return whether ROOMS and EDGE let a room import another."""
    if room not in ROOMS or other not in ROOMS:
        return False
    order = list(ROOMS)
    above = order.index(other) < order.index(room)
    return above and (other not in EDGE or other in EDGE[room])


def arrows(imports: Imports) -> list[tuple[str, str]]:
    """Return the imports that are allowed, without those that follow from others."""
    reached: dict[str, set[str]] = {}
    found: list[tuple[str, str]] = []
    for room in ROOMS:
        direct = {one for one in imports.get(room, ()) if may_import(room, one)}
        beyond = {far for one in direct for far in reached[one]}
        reached[room] = direct | beyond
        found += [(room, one) for one in ROOMS if one in direct - beyond]
    return found


def picture(all_modules: Sequence[Module]) -> str:
    """Return the rooms and their imports as a Mermaid diagram."""
    ground = ", ".join(one.name.removesuffix(".py") for one in all_modules if one.room == GROUND)
    names = {GROUND: f'["{ground}"]'}
    names |= {room: f'["{room}"]' for room in ROOMS if "/" in room}
    lines = [f"{_node(room)}{name}" for room, name in names.items()]
    lines += [f"{_node(one)} --> {_node(other)}" for one, other in arrows(rooms(all_modules))]
    return "\n".join(["```mermaid", "flowchart BT", *(f"  {one}" for one in lines), "```"])


def _node(room: str) -> str:
    return room.replace("/", "_")


def table(all_modules: Sequence[Module]) -> str:
    """Return a table of every room and its modules, with their docstrings' first lines."""
    rows = []
    for room, words in ROOMS.items():
        rows.append((f"**`{room}`**" if room == GROUND else f"**`{room}/`**", f"**{words}**"))
        rows += [
            (f"`{one.name}`", plain(one.knows).rstrip("."))
            for one in all_modules
            if one.room == room
        ]
    return members.table(("module", "purpose"), rows)


def text() -> str:
    """Return the page with the current picture and table.

    Raises ``ValueError`` for a room that is not in ROOMS, and where ``modules`` does.
    """
    found = modules()
    if unknown := sorted({one.room for one in found} - ROOMS.keys()):
        raise ValueError(f"ROOMS of tools/architecture.py has no {', '.join(unknown)}")
    part = f"\n{picture(found)}\n\n{table(found)}\n\n"
    return replaced(PATH.read_text(encoding="utf-8"), BEGIN, part, END)
