"""Runs tests with each change of a module, in a process that has nothing of the module yet.

``run`` starts it in a copy of the project. It collects the tests once. For each change it forks:
the child forgets the module and whatever imports it, imports them again with the change, and runs
the tests. So a change costs neither the start of pytest nor the modules that it cannot reach.
"""

import ast
import gc
import json
import os
import select
import signal
import sys
import traceback
import warnings
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import Phase, settings

OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
OF_TESTS = "tests.unit."
OUTPUT = "output.txt"  # of the tests that ran last
ERROR, NOT_STARTED = 2, 70  # exit codes: of pytest if it cannot collect the tests, and of ours


class Changed(SourceFileLoader):
    """Finds one module as ``sys.meta_path`` does, and loads it from a source that is not its file's."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The module's own specification, and none of others."""
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        """The changed source as code; no bytecode is read or written."""
        return compile(self.source, self.path, "exec", dont_inherit=True)


def imports(path: str) -> set[str]:
    """The names that a file imports; of ``from a import b`` both ``a`` and ``a.b``."""
    found = set()
    for node in ast.walk(ast.parse(Path(path).read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def dependents(name: str) -> set[str]:
    """The loaded modules of the project that import this one, itself and all tests included."""
    here = f"{Path.cwd()}{os.sep}"
    files = {each: str(getattr(module, "__file__", "")) for each, module in sys.modules.items()}
    imported = {each: imports(file) for each, file in files.items() if file.startswith(here)}
    found = {name, *(each for each in imported if each.startswith(OF_TESTS))}
    while more := {each for each in imported.keys() - found if imported[each] & found}:
        found |= more
    return found


def forget(names: Iterable[str]) -> None:
    """Have these modules imported again."""
    for name in names:
        sys.modules.pop(name, None)
        package, _, last = name.rpartition(".")
        if package in sys.modules:
            vars(sys.modules[package]).pop(last, None)


def can_be_imported(name: str) -> bool:
    """Whether the module can be imported as the tests do it, where warnings are errors."""
    try:
        with warnings.catch_warnings(action="error"):
            import_module(name)
    except Exception:  # noqa: BLE001 - whatever it is, the tests would end with it
        traceback.print_exc()
        return False
    return True


def ends(tests: Sequence[str], changed: Changed, forgotten: Iterable[str], seconds: float) -> int:
    """How pytest ends with a change: its exit code, or -9 if that takes longer than ``seconds``."""
    child = os.fork()
    if not child:
        code = NOT_STARTED
        try:
            output = os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream in (1, 2):
                os.dup2(output, stream)
            forget(forgotten)
            sys.meta_path.insert(0, changed)
            code = int(pytest.main([*OPTIONS, *tests])) if can_be_imported(changed.name) else ERROR
            sys.stdout.flush()
        finally:
            os._exit(code)
    handle = os.pidfd_open(child)
    if not select.select([handle], [], [], seconds)[0]:
        os.kill(child, signal.SIGKILL)
    os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(name: str, path: str, asked: str, answer: str) -> None:
    """Read steps of tests, the sources and seconds from one file, and write exit codes to another.

    Each source has the number of steps that are tried with it, one after another until one fails.
    """
    steps, sources, seconds = json.loads(Path(asked).read_text(encoding="utf-8"))
    sys.dont_write_bytecode = False
    pytest.main([*OPTIONS, "--collect-only", *(test for step in steps for test in step)])
    sys.dont_write_bytecode = True
    # The first example that fails is enough: there is nobody who reads the simplest one.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutation", settings(), phases=phases, database=None)
    settings.load_profile("mutation")
    forgotten = dependents(name)
    gc.freeze()  # pytest collects garbage in each child, which shares all of this
    codes = []
    for source, count in sources:
        changed, code = Changed(name, path, source), 0
        for step in steps[:count]:
            code = code or ends(step, changed, forgotten, seconds)
        codes.append(code)
    Path(answer).write_text(json.dumps(codes), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
