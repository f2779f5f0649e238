"""The core in this repository, as it is: `make setup` puts it on the path, no distribution has it.

The modules are loaded from the layer, under this name where the client asks for them; they import
each other as `vending`.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parents[3] / "layers" / "vending")]
