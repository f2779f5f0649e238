"""The client's rooms, what its modules may import, and how long they are."""

import ast
import graphlib
import pkgutil
import re
import sys
from pathlib import Path

import pytest

import s3vend
from tests.client.conftest import run
from tests.client.tokens import token

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "client/src/s3vend"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = Path(__file__).parent
CLI = PACKAGE / "cli"
FACE = "s3vend"  # what the package exports
NAMED = re.compile(r"s3vend(\.\w+)+")  # a module that is imported by its name
GROUND = {
    "__main__.py": "__main__",
    "errors.py": "errors",
    "hints.py": "hints",
    "printable.py": "printable",
    "problem.py": "problem",
}  # files that are no rooms

# Every room, and the rooms that it imports; each of them stands above it.
ROOMS: dict[str, tuple[str, ...]] = {
    "printable": (),
    "problem": (),
    "hints": ("problem",),
    "errors": ("printable", "problem", "hints"),
    "files": (),
    "http": ("errors",),
    "http/lanes": ("http",),
    "identity": ("errors", "files", "http"),
    "service": ("printable", "problem", "hints", "errors", "http", "identity"),
    "sdks": ("errors", "service"),
    "presigning": ("errors", "http", "service"),
    "tree": ("errors", "files"),
    "transfer": ("errors", "files", "http", "presigning", "tree"),
    "transfer/upload": ("errors", "http", "service", "presigning", "tree", "transfer"),
    "transfer/download": ("errors", "files", "http", "service", "presigning", "transfer"),
    "transfer/form": ("errors", "http", "presigning", "transfer", "transfer/upload"),
    "listing": ("errors", "http", "service", "presigning", "transfer"),
    "sharing": ("errors", "http", "service", "listing"),
    "within": (
        *("errors", "http", "identity", "service", "presigning"),
        *("transfer", "transfer/download"),
    ),
    "transfer/many": (
        *("errors", "files", "http", "http/lanes", "service", "presigning", "listing", "tree"),
        *("transfer", "transfer/upload", "transfer/download"),
    ),
    "copying/planning": ("errors", "listing", "tree", "transfer", "transfer/many"),
    "copying": (
        *("errors", "files", "service", "presigning", "listing", "tree", "within"),
        *("transfer", "transfer/many", "copying/planning"),
    ),
    "removal": ("errors", "http", "listing", "service", "transfer/many"),
    FACE: (
        "problem",
        "errors",
        "service",
        "sdks",
        "presigning",
        "transfer",
        "transfer/upload",
        "transfer/download",
        "transfer/form",
        "listing",
        "sharing",
        "transfer/many",
        "copying",
    ),
    "cli/layout": (),
    "cli/terminal": (
        *("printable", "problem", "errors", "identity", "service", "transfer"),
        "cli/layout",
    ),
    "cli/trees": ("errors", "listing", "tree", "copying", "transfer/many", "cli/terminal"),
    "cli/objects": (
        *("within", "copying", "transfer/many", "cli/trees"),
        *("printable", "errors", "http", "service", "presigning"),
        *("transfer", "transfer/upload", "transfer/download", "listing", "removal", "cli/terminal"),
    ),
    "cli/sharing": (
        *("problem", "errors", "http", "service", "listing", "sharing"),
        "cli/terminal",
    ),
    "cli/large": ("errors", "service", "cli/terminal"),
    "cli/grant": ("errors", "files", "service", "cli/terminal", "cli/large"),
    "cli/export": ("printable", "service", "cli/terminal", "cli/grant"),
    "cli/check": (FACE, "service", "cli/terminal", "cli/grant", "cli/export"),
    "cli/watch": ("service", "presigning", "cli/terminal", "cli/grant"),
    "cli/reach": ("errors", "service", "cli/terminal", "cli/watch"),
    "cli/use": ("errors", "files", "http", "identity", "service", "cli/terminal", "cli/reach"),
    "cli/settings": ("files", "http", "identity", "cli/terminal"),
    "cli/setup": (
        *(FACE, "errors", "http", "identity", "service", "presigning"),
        "cli/terminal",
    ),
    "cli": (
        *(FACE, "cli/terminal", "cli/objects", "cli/sharing", "cli/use", "cli/grant"),
        *("cli/export", "cli/check", "cli/watch", "cli/reach", "cli/settings", "cli/setup"),
    ),
    "__main__": ("cli",),
}
MOST = 10  # modules of a room
COMMAND = {"rich", "segno", "typer", "yaml"}  # the extras `cli` and `qr`
EXTRAS = {"boto3", "aiobotocore", "awscrt", "google_crc32c", "rich"}
AWS = {"botocore", "boto3", "aiobotocore"}
UNNEEDED = ("pydantic", "s3vend.cli.check.command", "s3vend.copying.run", "s3vend.sdks.boto")
SELDOM = ("botocore", "boto3", "yaml", "rich", "configparser", "xml.etree.ElementTree")
UNTIL_COPIED = (
    *("s3vend.copying.planning.content", "s3vend.files.below", "s3vend.service.credentials"),
    *("s3vend.transfer.many.engine", "s3vend.tree.names", "shlex", "urllib.request"),
)
AWS_AT = {"sdks/boto.py", "identity/signature.py", "cli/setup/deployed.py"}


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(path: Path, nodes: "list[ast.stmt] | None" = None) -> "set[str]":
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree) if nodes is None else nodes:
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def room(path: Path) -> str:
    """The room of a module; a package is its own room."""
    return GROUND.get(place(path)) or place(path.parent).replace(".", FACE)


def own_modules(path: Path) -> set[Path]:
    """The modules of the package that a module imports, wherever in it the import stands."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place(path)} has a relative import"
            names |= {f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Constant) and NAMED.fullmatch(str(node.value)):
            names.add(str(node.value))
    return {module(name) for name in names if name.partition(".")[0] == "s3vend"}


def module(name: str) -> Path:
    """The file of a module, or of the module that a name is a member of."""
    base = PACKAGE.parent / name.replace(".", "/")
    found = (base.with_suffix(".py"), base / "__init__.py")
    return next((one for one in found if one.exists()), None) or module(name.rpartition(".")[0])


def modules(name: str) -> list[Path]:
    return [one for one in MODULES if room(one) == name and one.name != "__init__.py"]


def test_every_module_of_the_client_is_looked_at_and_stands_in_a_room() -> None:
    walked = {one.name for one in pkgutil.walk_packages([str(PACKAGE)], "s3vend.")} | {"s3vend"}
    assert {module(name) for name in walked} == set(MODULES)
    assert len(walked) == len(MODULES)
    assert {room(path) for path in MODULES} == set(ROOMS)
    assert {place(path) for path in PACKAGE.glob("*.py")} == {"__init__.py", *GROUND}
    assert set(map(place, MODULES)) >= AWS_AT, "a rule names a module that is not there"


def test_imports_go_one_way_between_rooms() -> None:
    order = list(ROOMS)
    list(graphlib.TopologicalSorter(ROOMS).static_order())  # raises CycleError
    below = {
        (name, other)
        for name, others in ROOMS.items()
        for other in others
        if order.index(other) >= order.index(name)
    }
    assert below == set()


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_the_rooms_that_the_table_names(name: str) -> None:
    inside = [path for path in MODULES if room(path) == name]
    found = {room(one) for path in inside for one in own_modules(path)} - {name}
    assert found == set(ROOMS[name])


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_has_few_modules_and_none_repeats_its_name(name: str) -> None:
    names = [path.stem for path in modules(name)]
    assert len(names) <= MOST
    assert name in GROUND.values() or name.rpartition("/")[2] not in names


@pytest.mark.parametrize(
    "path",
    [one for one in MODULES if one.name == "__init__.py" and one.parent != PACKAGE],
    ids=place,
)
def test_a_package_says_what_it_is_and_imports_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


@pytest.mark.parametrize("name", [one for one in ROOMS if one not in (FACE, *GROUND.values())])
def test_a_room_has_a_folder_of_tests_named_after_its_modules(name: str) -> None:
    tested = {path.stem.removeprefix("test_") for path in (TESTS / name).glob("test_*.py")}
    assert tested
    assert tested <= {path.stem for path in modules(name)}


def test_every_folder_of_tests_is_of_a_room() -> None:
    folders = {path.parent.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}
    assert folders - {"."} <= set(ROOMS)


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_the_client_imports_itself_urllib3_and_extras_where_they_are_used(path: Path) -> None:
    extras = COMMAND if CLI in path.parents else EXTRAS
    own = {"s3vend", "urllib3", *extras} | (AWS if place(path) in AWS_AT else set())
    assert imported(path) - sys.stdlib_module_names <= own - (
        set() if place(path) in AWS_AT else AWS
    )
    top = imported(path, ast.parse(path.read_text()).body)
    at_once = {"typer", "yaml"} if CLI in path.parents else set()
    assert top - sys.stdlib_module_names <= {"s3vend", "urllib3"} | at_once


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: path.stem)
def test_no_test_needs_the_core_which_is_for_a_newer_python(path: Path) -> None:
    """Else no test of the client runs on its oldest Python."""
    assert "vending" not in imported(path, ast.parse(path.read_text()).body)


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        ("--help", ("http.server", *SELDOM)),
        ("--version", ("http.server", *SELDOM)),
        ("ls --url http://127.0.0.1:9", ("http.server", *SELDOM, *UNNEEDED)),
        ("cp s3://b/k x --url http://127.0.0.1:9", (*SELDOM, *UNNEEDED)),
        ("sync . s3://b/p/ --url http://127.0.0.1:9", (*SELDOM, *UNTIL_COPIED)),
        ("exec s3://b/k --url http://127.0.0.1:9 -- true", SELDOM),
    ],
)
def test_a_command_imports_what_it_needs_and_no_more(
    words: str, unwanted: "tuple[str, ...]"
) -> None:
    program = (
        "import sys, s3vend.http.patience\n"
        "s3vend.http.patience.Patience.pause = lambda self, number: 0.0\n"
        f"sys.argv = ['s3vend', *{words.split()!r}]\n"
        "from s3vend.cli.entry import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*(name for name in sys.modules), file=sys.stderr)\n"
    )
    loaded = run(program, S3VEND_TOKEN=token()).stderr.split()
    assert "s3vend.cli.app" in loaded
    assert set(unwanted) & set(loaded) == set()


def test_everything_is_written_in_one_place_that_escapes_it() -> None:
    writers = {"print", "typer.echo", "typer.secho", "sys.stdout.write", "sys.stderr.write"}
    found = {
        place(path): sum(
            isinstance(node, ast.Call) and ast.unparse(node.func) in writers
            for node in ast.walk(ast.parse(path.read_text()))
        )
        for path in MODULES
    }
    assert {path: count for path, count in found.items() if count} == {
        "cli/terminal/completion.py": 1,  # what the shell reads
        "cli/terminal/text.py": 1,
        "cli/terminal/ending.py": 1,
        "cli/app.py": 1,  # the version
        "cli/entry.py": 1,  # texts of its own
    }


@pytest.mark.invariant(15)
def test_a_token_leaves_in_one_place_behind_one_check() -> None:
    """GitHub's own token goes to GitHub, for a token of ours."""
    sends = {place(path) for path in MODULES if 'f"Bearer {' in path.read_text()}
    assert sends == {"identity/token.py", "identity/platforms.py"}
    text = (PACKAGE / "identity/token.py").read_text()
    assert text.count("self._read()") == text.count("self._receiver.check(") == 1
    makes = {place(path) for path in MODULES if "TokenIdentity(" in path.read_text()}
    assert makes == {"identity/sources.py"}


def test_an_option_that_several_commands_have_is_written_once() -> None:
    written = [
        ast.unparse(node)
        for path in CLI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"typer.Option", "typer.Argument"}
    ]
    assert any("--token-file" in one for one in written)
    assert sorted(written) == sorted(set(written))


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_of_the_client_stays_below_two_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 200


def test_the_version_stands_at_two_places_and_is_one() -> None:
    text = (ROOT / "client/pyproject.toml").read_text()
    assert re.findall(r'^version = "(.+)"$', text, re.MULTILINE) == [s3vend.__version__]


# Who opens files without `files`, and why nobody else can choose what is opened there.
OPENERS = {
    "cli/grant/file.py": "a document that the user names",
    "cli/setup/provenance.py": "a provenance that the user names",
    "cli/terminal/completion.py": "/dev/null",
    "cli/terminal/ending.py": "/dev/null",
    "cli/use/aws_config.py": "the config of the AWS CLI, and a file in a temporary directory",
    "cli/use/child.py": "/dev/tty",
    "identity/platforms.py": "tokens that the user names or root mounts, and a file of the kernel",
    "copying/planning/content.py": "a file in a directory that the user names",
    "transfer/many/up.py": "a file in a directory that the user names",
    "transfer/upload/source.py": "a file that the user names",
    "transfer/upload/streamed.py": "a file in a temporary directory",
}
OPENING = {
    *("open", "mkdir", "makedirs", "mkstemp", "mkdtemp", "NamedTemporaryFile", "touch"),
    *("read_text", "read_bytes", "write_text", "write_bytes", "rename", "symlink_to", "chmod"),
}
NO_PATHS = {"self", "wire", "remote", "self._object", "directory", "self.directory", "self._open"}


@pytest.mark.invariant(18)
def test_files_whose_names_others_can_foretell_are_opened_by_one_room() -> None:
    """Rule 18: a module that opens another file is in the table, with the reason."""
    found = {
        place(path)
        for path in MODULES
        if room(path) != "files"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and opens(ast.unparse(node.func))
    }
    assert found == set(OPENERS)


def opens(function: str) -> bool:
    """Whether a function opens, makes or changes a file by its path."""
    receiver, _, name = function.rpartition(".")
    return name in OPENING and receiver not in NO_PATHS
