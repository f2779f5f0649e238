"""Makes a release of the commit that is checked out; ``make release`` calls it."""

import argparse
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.release import source, statement
from tools.release.build import FailedError
from tools.release.contents import make


def main(arguments: list[str]) -> int:
    """Write the release below a directory; return 1 with a sentence on stderr if it is refused."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("--to", type=Path, default=source.ROOT / "dist", help="a directory")
    parser.add_argument("--tag", help="refuse if the commit does not have it, such as v1.2.3")
    parser.add_argument("--builder", default=statement.LOCAL, help="URI of who builds")
    given = parser.parse_args(arguments)
    try:
        builder = statement.builder_uri(given.builder)
        found = source.source(source.ROOT, given.tag)
        sys.stderr.write(f"Making {found.version} of {found.commit[:12]}, a minute or two …\n")
        given.to.mkdir(parents=True, exist_ok=True)
        # Beside its place, so that it gets there by one rename.
        with TemporaryDirectory(dir=given.to, prefix=".building-") as name:
            work = Path(name).resolve()
            source.export(source.ROOT, found.commit, work / "source")
            release = make(work / "source", work, found, builder)
            place = given.to / release.name
            if place.exists():
                shutil.rmtree(place)
            release.rename(place)
    except (source.RefusedError, FailedError, ValueError) as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    trial = "" if found.tag else ", a trial: this commit has no tag"
    sys.stdout.write(f"{place}: {found.version} of {found.commit[:12]}{trial}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
