"""Builds the stack's archive: the template, and the code and the layer that it names, as zips.

The makefiles are those that `sam build` runs. All functions have the same code, so one zip is
enough for them.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from tools.release import zips
from tools.release.template import FUNCTIONS, LAYER, configuration, released

TEXTS = ("LICENSE", "README.md", "CHANGELOG.md")  # the first two are named by the template
PYTHON = "python"  # the layer's directory that is on the path of imports

type Run = Callable[[Sequence[str | Path], Path], None]


def name(version: str, architecture: str) -> str:
    """Return the name of an archive, which is that of the one directory in it too."""
    return f"s3vend-stack-{version}-{architecture}"


def build(tree: Path, architecture: str, to: Path, run: Run) -> Path:
    """Build the files of an archive below ``to``, from the sources in ``tree``.

    Returns the unpacked layer, which is not among them. ``run`` runs a program in a directory.

    Raises:
        FailedError: a makefile failed.
        ValueError: the template is not as expected, or a link is among the files.
    """
    code, layer = (to.parent / f"{to.name}-{part}" for part in ("functions", "layer"))
    for made in (code, layer):
        made.mkdir(parents=True)
    run(("make", "build-Functions", f"ARTIFACTS_DIR={code}"), tree / "functions")
    makefile = f"{architecture}/Makefile"
    make_layer = ("make", "-f", makefile, "build-VendingLayer", f"ARTIFACTS_DIR={layer}")
    run(make_layer, tree / "layers")
    to.mkdir()
    zips.write(to / FUNCTIONS, zips.entries(code))
    zips.write(to / LAYER, zips.entries(layer))
    for source, make in (("template.yaml", released), ("samconfig.toml", configuration)):
        text = make((tree / source).read_text(encoding="utf-8"), architecture)
        (to / source).write_text(text, encoding="utf-8")
    for text in TEXTS:
        (to / text).write_bytes((tree / text).read_bytes())
    return layer / PYTHON


def archive(directory: Path, to: Path) -> Path:
    """Write the archive of a directory that `build` has made, and return its path."""
    path = to / f"{directory.name}.zip"
    zips.write(path, {f"{directory.name}/{one}": at for one, at in zips.entries(directory).items()})
    return path
