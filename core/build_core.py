"""Makes the package `s3vend_core` of the layer's `vending`: the same modules under another name.

Hatchling runs it for the sdist and for the wheel. In an unpacked sdist, where no layer is, the
package is already there. docs/adr/0037-the-core.md has the reasons.
"""

import re
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LAYER, PACKAGE = "vending", "s3vend_core"
EDGE = "aws"  # the rooms that need AWS; nothing of the core imports them
# An import of the layer's package, which always begins a line: no module names it otherwise.
_IMPORT = re.compile(rf"^(\s*(?:from|import) ){LAYER}(?=[. ])", re.MULTILINE)


def renamed(text: str) -> str:
    """Return the source of a module, in which its imports name the package by its new name."""
    return _IMPORT.sub(rf"\g<1>{PACKAGE}", text)


def make(layer: Path, package: Path) -> None:
    """Write every module of the layer's core to a new directory, with its imports renamed."""
    for source in sorted(layer.rglob("*.py")):
        place = source.relative_to(layer)
        if place.parts[0] != EDGE:
            target = package / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(renamed(source.read_text(encoding="utf-8")), encoding="utf-8")


class CoreBuildHook(BuildHookInterface[Any]):
    """The build hook; hatchling finds it by its base class."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the package to what is built."""
        if version == "editable":
            raise ValueError(f"{PACKAGE} has no editable form; the project's own is `make setup`")
        root = Path(self.root)
        if (root / PACKAGE).is_dir():  # in an unpacked sdist, where it is selected as it is
            return
        self._made = Path(mkdtemp(prefix=PACKAGE))
        make(root.parent / "layers" / LAYER, self._made / PACKAGE)
        build_data["force_include"][str(self._made / PACKAGE)] = PACKAGE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made."""
        del version, build_data, artifact_path
        if made := getattr(self, "_made", None):
            shutil.rmtree(made)
