"""AWS CLI 2, out of the package in which PyPI has it: a layer for Lambda with the whole program.

Run as a program with an environment's directory, it puts the command there as ``bin/aws``.
"""

import sys
import tarfile
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

LAYER = "package/lib/layer.zip"


def unpack(environment: Path) -> None:
    """From the package that is installed in this environment."""
    [archive] = environment.glob("lib/*/site-packages/aws_cdk/asset_awscli_v2/_jsii/*.tgz")
    with tarfile.open(archive) as package:
        layer = package.extractfile(LAYER)
        assert layer
        with ZipFile(BytesIO(layer.read())) as files:
            files.extractall(environment / "layer")  # noqa: S202 - its hash is locked
    program = _program(environment)
    program.chmod(0o755)
    command = environment / "bin/aws"
    command.unlink(missing_ok=True)
    command.symlink_to(program.resolve())


def version(environment: Path) -> str:
    """Of the program, which is not the package's."""
    return _program(environment).parents[1].name


def _program(environment: Path) -> Path:
    [program] = (environment / "layer").glob("awscli/v2/*/dist/aws")
    return program


if __name__ == "__main__":
    unpack(Path(sys.argv[1]))
