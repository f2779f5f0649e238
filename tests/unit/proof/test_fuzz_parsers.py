"""`make fuzz-parsers` reads every body that a function takes, and fuzzes nothing that is refused.

What changes the inputs, atheris, is in an environment of its own; here they are as they are.
"""

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fuzz.inputs import seeds
from tests.support.pages import ROOT
from vending.errors import InvalidRequest
from vending.shares.uploading.request import BODIES


@pytest.fixture
def parsers(monkeypatch: pytest.MonkeyPatch) -> Any:
    atheris = SimpleNamespace(instrument_imports=lambda include: nullcontext())
    monkeypatch.setitem(sys.modules, "atheris", atheris)
    from tests.fuzz import parsers  # noqa: PLC0415 - not without atheris

    return parsers


@pytest.fixture(params=["targets", "bodies"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def corpus(name: str, parsers: Any, tmp_path: Path) -> Path:
    seeds(name, tmp_path, len(parsers.MODELS))
    return tmp_path


def test_every_body_of_a_function_is_fuzzed(parsers: Any) -> None:
    sources = [*(ROOT / "functions").glob("*.py"), *(ROOT / "layers/vending").rglob("*.py")]
    read = "".join(path.read_text() for path in sources)
    taken = {*re.findall(r"\bparse\((\w+Request), ", read), "UrlsRequest"}
    taken |= {body.__name__ for body in BODIES.values()}  # which the scripts of links send
    assert len(taken) == 19
    assert {model.__name__ for model in parsers.MODELS} == taken


def test_a_function_reads_no_body_in_another_way() -> None:
    handlers = "".join(path.read_text() for path in (ROOT / "functions").glob("*.py"))
    others = (
        "parse_urls(request.body())",
        "asks_dry_run(request.body())",
        "request.body(), record",
        "answer_script(token, request.body(), ",
    )
    read = handlers.count(", request.body())") + sum(map(handlers.count, others))
    assert handlers.count("request.body()") == read


def test_unchanged_inputs_are_read_as_all_that_is_fuzzed(
    parsers: Any, name: str, corpus: Path
) -> None:
    assert parsers.unread(name, corpus) == set()


@pytest.mark.parametrize("name", ["bodies"], indirect=True)
def test_where_everything_is_refused_nothing_is_fuzzed(
    parsers: Any, name: str, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise InvalidRequest("no")

    monkeypatch.setattr(parsers, "parse", refuse)
    assert parsers.unread(name, corpus) == {
        model.__name__ for model in parsers.MODELS if model.__name__ != "UrlsRequest"
    }
    with pytest.raises(SystemExit, match=r"AbortRequest.*nothing was fuzzed"):
        parsers.fuzz(name, 1)


def test_an_unchanged_input_that_is_found_ends_the_control(
    parsers: Any, name: str, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise AssertionError("found")

    for one in ("plain", "understood"):
        monkeypatch.setattr(parsers, one, fail)
    with pytest.raises(AssertionError, match="found"):
        parsers.unread(name, corpus)


def test_what_a_fuzzer_leaves_behind_is_removed(
    parsers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []

    def run(command: list[str], *, env: dict[str, str], check: bool) -> SimpleNamespace:
        places.append(Path(env["TMPDIR"]))
        (places[-1] / command[-1]).mkdir()  # atheris ends the process, which removes nothing
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(parsers, "subprocess", SimpleNamespace(run=run))
    monkeypatch.setattr(sys, "argv", ["parsers"])
    assert parsers.main() == 0
    assert len(places) == 2
    assert not any(place.exists() for place in places)
