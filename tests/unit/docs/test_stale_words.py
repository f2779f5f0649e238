"""What pages name is there: paths, modules, names in files, settings, and numbers of things."""

import ast
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest

import vending
from local.stack import template
from tests.support.pages import ROOT, Page, files, markdown

PAGES = {  # of the changelog what is not released yet: the rest tells of then
    name: replace(page, text=re.split(r"^## \S+ \(\d{4}-", page.text, flags=re.MULTILINE)[0])
    for name, page in markdown().items()
}
CORE = Path(vending.__file__).parent
PLACES = (ROOT, CORE.parent, CORE, ROOT / "tests/unit")  # from where a path is named
SUFFIXES = {path.suffix for path in files()} - {""}
AT_THE_TOP = {path.relative_to(ROOT).parts[0] for path in files()} | {CORE.name}
SHOWN = {block.title for block in PAGES["README.md"].blocks}  # files of whoever reads it
INVENTED = {"tests/unit/a.py"}  # what pytest prints in a test
SOURCES = {"", ".in", ".mk", ".py", ".toml", ".yaml"}

_PATH = re.compile(r"[\w$<{*](?:[\w.$<>{}*-]*/)*[\w.$<>{}*-]*")
_VARIABLE = re.compile(r"\$?\{\w*\}|<\w+>")
_AMONG_CODE = re.compile(rf"(?<![\w./:~{{}}-])(?:{'|'.join(AT_THE_TOP)})/(?:[\w-]+/)*[\w-]+\.\w+")
_SETTING = re.compile(r"\bS3VEND_[A-Z_]+")
_DATE = re.compile(r"\b20\d\d-\d\d-\d\d\b")


def is_path(word: str) -> bool:
    """Whether a word is a path of this project.

    It begins at the top of the tree, or ends as the tree's files do. What begins with a dot or a
    ``~`` is not: a command makes it, or it lies with the user.
    """
    first, *rest = word.split("/")
    ours = (bool(rest) and first in AT_THE_TOP) or Path(word).suffix in SUFFIXES
    return ours and word not in SHOWN and _PATH.fullmatch(word) is not None


def at(path: str, *beside: Path) -> list[Path]:
    """Where a path leads to, from any of the places; a variable in it stands for any name."""
    pattern = _VARIABLE.sub("*", path)
    found = [one for place in (*PLACES, *beside) for one in place.glob(pattern)]
    return [one for one in found if one.is_dir() or not path.endswith("/")]


def lost_paths(page: Page) -> set[str]:
    """Paths in code, pictures and words of links; a file that the page shows is the reader's."""
    pictures = "\n".join(block.text for block in page.blocks if block.language == "mermaid")
    words = {word for span in page.spans for word in re.split(r"[\s=,;()'\"]+|::", span)}
    words |= set(re.findall(r"[\w/]+\.\w+", pictures))
    shown = {block.title for block in page.blocks}
    lost = {word for word in words if word not in shown and is_path(word) and not at(word)}
    links = re.findall(r"\[([^\]\s]+)\]\(", page.prose)
    beside = (ROOT / page.name).parent
    return lost | {one for one in links if is_path(one) and not at(one, beside)}


def lost_modules(page: Page) -> set[str]:
    """Dotted names in code and in pictures that begin with a package of ours."""
    pictures = [block.text for block in page.blocks if block.language == "mermaid"]
    return {one for text in (*page.spans, *pictures) for one in _dotted(text) if not _leads(one)}


def lost_names(page: Page) -> set[tuple[str, str]]:
    """Names that a page says to be in a file: `name` in `file`, or `name` of `file`."""
    named = set(re.findall(r"`(\w+)` (?:in|of) `([^`\s]+)`", page.prose))
    return {
        (name, path)
        for name, path in named
        if is_path(path) and not any(name in _names(one) for one in at(path))
    }


def lost_settings(page: Page) -> set[str]:
    """Environment variables of ours that nothing reads or sets."""
    return set(_SETTING.findall(page.text)) - _settings()


def wrong_numbers(page: Page) -> set[tuple[str, int]]:
    """Numbers of all things of a kind, each with the right one.

    A section with a date in it tells of that day. Of some things of a kind a page does not say how
    many they are, or it says which: "functions that …".
    """
    sections = re.split(r"^(?=#+ )", page.prose, flags=re.MULTILINE)
    today = [one for one in sections if not _DATE.search(one)]
    wrong = set()
    for things, count in COUNTED.items():
        phrase = rf"\b({_NUMBER}) (?:{things})\b" + ("" if "that" in things else "(?! that)")
        for match in re.finditer(phrase, "\n".join(today), re.IGNORECASE):
            if _value(match[1].lower()) != (right := count()):
                wrong.add((match[0], right))
    return wrong


CHECKS = (lost_paths, lost_modules, lost_names, lost_settings, wrong_numbers)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_what_a_page_names_is_there(check: Callable[[Page], set[object]], page: Page) -> None:
    assert not check(page)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (lost_paths, "see `docs/nowhere.md`"),
        (lost_paths, "see `nowhere.py`"),
        (lost_paths, "run `pytest -q tests/unit/test_nowhere.py::test_one`"),
        (lost_paths, "one for each: `docs/nowhere/<name>.md`, `docs/${Any}.nowhere`"),
        (lost_paths, "all of `docs/nowhere/`"),
        (lost_paths, "no folder: `README.md/`"),
        (lost_paths, "see [docs/nowhere.md](README.md)"),
        (lost_paths, '```mermaid\nflowchart TD\n  a["nowhere/file.py"]\n```\n'),
        (lost_modules, "as `vending.nowhere` does"),
        (lost_modules, "`s3vend.nowhere(1)`"),
        (lost_modules, '```mermaid\nflowchart TD\n  a["vending.nowhere"]\n```\n'),
        (lost_names, "`Nowhere` in `template.yaml`"),
        (lost_names, "`nowhere` of `local/stack/template.py`"),
        (lost_settings, "set `S3VEND_NO" + "WHERE`"),
        (wrong_numbers, "an API, ninety functions"),
        (wrong_numbers, "All 1,014 invariants"),
        (wrong_numbers, "Twenty-one functions that vend"),
    ],
)
def test_a_stale_word_is_found(check: Callable[[Page], set[object]], text: str) -> None:
    assert check(Page("docs/some.md", text))


@pytest.mark.parametrize(
    "text",
    [
        "`README.md`, `docs/`, `docs/adr/<name>.md`, `docs/adr/*.md`, `layers/${Architecture}`",
        "`vending.aws`, `vending.yaml`, `s3vend.session(1)`, `local.stack.template.read`, `x.vending.y`",
        "`Resources` in `template.yaml`, `read` of `local/stack/template.py`, `one` of `many`",
        "`~/.aws`, `.local/env`, `reports/`, `s3://bucket/key.json`, `text/csv`, `application/json`",
        "`https://example.com/docs/nowhere.md`, `/var/run/token.txt`, `a/b`, `S3VEND_URL`",
        "two functions that read; the functions",
        "## Then\n\nOn 2026-11-24 there were five functions.\n",
        "```py title=own.py\n```\n\nRun `own.py`, of `vending.yaml`.",
    ],
)
def test_what_is_there_or_is_not_ours_is_left_alone(text: str) -> None:
    assert not any(check(Page("docs/some.md", text)) for check in CHECKS)


def lost_in_source(path: Path) -> set[str]:
    """Paths and modules that comments and docstrings name."""
    text = path.read_text(encoding="utf-8")
    code = re.findall(r"``([^`\n]+)``", text) if path.suffix == ".py" else []
    paths = {one for one in code if is_path(one)}
    paths |= {one for one in _AMONG_CODE.findall(text) if is_path(one)}
    dotted = {one for span in code for one in _dotted(span)}
    lost = {one for one in paths - INVENTED if not at(one, path.parent)}
    return lost | {one for one in dotted if not _leads(one)}


def test_what_sources_name_is_there() -> None:
    sources = {path for path in files() if path.suffix in SOURCES} - {Path(__file__)}
    assert not {(path.name, one) for path in sources for one in lost_in_source(path)}


@pytest.mark.parametrize(
    "text", ["# see docs/nowhere.md", '"""Of ``nowhere.py``."""', '"""``vending.nowhere``"""']
)
def test_a_stale_word_in_a_source_is_found(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(text)
    assert lost_in_source(tmp_path / "a.py")


# What there is of a kind.

SOURCE = template.read(ROOT / "template.yaml")
FUNCTION = "AWS::Serverless::Function"


def _resources(*kinds: str) -> int:
    return len([one for one in SOURCE["Resources"].values() if one["Type"] in kinds])


def _events(*kinds: str) -> int:
    functions = [one for one in SOURCE["Resources"].values() if one["Type"] == FUNCTION]
    events = [event for one in functions for event in one["Properties"].get("Events", {}).values()]
    return len([event for event in events if event["Type"] in kinds])


def _trusted() -> int:
    lent = SOURCE["Resources"]["AllowedAssumeS3Role"]["Properties"]["AssumeRolePolicyDocument"]
    return len(set(re.findall(r"\w+FunctionRole", str(lent))))


def _rows(page: str, heading: str) -> int:
    table = PAGES[page].text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return len(re.findall(r"^\| \d+ \|", table, re.MULTILINE))


COUNTED: dict[str, Callable[[], int]] = {
    "functions": partial(_resources, FUNCTION),
    "vending functions|functions that vend": _trusted,
    "routes": partial(_events, "Api"),
    "rules that run the reconciler": partial(_events, "Schedule", "EventBridgeRule"),
    "alarms": partial(_resources, "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"),
    "parameters of the stack|stack parameters": lambda: len(SOURCE["Parameters"]),
    "invariants": partial(_rows, "docs/threat-model.md", "The invariants"),
    "decisions|ADRs": lambda: len([*ROOT.glob("docs/adr/[0-9]*.md")]),
    "events in `events/`|recorded events": lambda: len([*ROOT.glob("events/*.json")]),
}
_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_ONES += ["eleven", "twelve"]
_ONES += [f"{one}teen" for one in ("thir", "four", "fif", "six", "seven", "eigh", "nine")]
_TENS = {
    f"{one}ty": 10 * tens
    for tens, one in enumerate(("twen", "thir", "for", "fif", "six", "seven", "eigh", "nine"), 2)
}
_NUMBER = rf"\d[\d,]*|(?:{'|'.join(_TENS)})(?:-(?:{'|'.join(_ONES[1:10])}))?|{'|'.join(_ONES)}"


def _value(words: str) -> int:
    if words[0].isdigit():
        return int(words.replace(",", ""))
    tens, _, ones = words.rpartition("-")
    return _TENS.get(tens, 0) + (_TENS[ones] if ones in _TENS else _ONES.index(ones))


# What there is in packages and files.


@cache
def _packages() -> dict[str, Path]:
    """The packages of the project, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    places = project["tool"]["pytest"]["ini_options"]["pythonpath"]
    code = {parent for path in files() if path.suffix == ".py" for parent in path.parents}
    return {one.name: one for place in places for one in (ROOT / place).iterdir() if one in code}


def _dotted(text: str) -> Iterable[str]:
    names = "|".join(_packages())
    found = re.findall(rf"(?<![\w./:@-])(?:{names})(?:\.\w+)+(?![\w/-])", text)
    return [one for one in found if Path(one).suffix not in SUFFIXES]


def _leads(dotted: str) -> bool:
    """Whether it leads to a package, to a module or to a name in one."""
    first, *rest = dotted.split(".")
    place = _packages()[first]
    for name in rest:
        if place.suffix or not ((place / name).is_dir() or (place / f"{name}.py").is_file()):
            return name in _names(place if place.suffix else place / "__init__.py")
        place = place / name if (place / name).is_dir() else place / f"{name}.py"
    return True


@cache
def _names(path: Path) -> set[str]:
    """What a module defines or imports, or the words of any other file."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if path.suffix != ".py":
        return set(re.findall(r"\w+", text))
    nodes = [*ast.walk(ast.parse(text))]
    found = {
        one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    found |= {one.asname or one.name for one in nodes if isinstance(one, ast.alias)}
    return found | {one.name for one in nodes if isinstance(one, ast.FunctionDef | ast.ClassDef)}


@cache
def _settings() -> set[str]:
    sources = [path for path in files() if path.suffix != ".md"]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sources]
    names = {name for text in texts for name in _SETTING.findall(text)}
    ends = {end for text in texts for end in re.findall(r"\{prefix\}([A-Z_]+)", text)}
    return names | {name + end for name in names if name.endswith("_") for end in ends}
