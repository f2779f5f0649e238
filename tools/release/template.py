"""What the template and its configuration are in a release: code is built, for one architecture.

The text is the project's, with its comments; only the lines that name what is to be built differ.
"""

import re
from collections.abc import Mapping

FUNCTIONS, LAYER = "functions.zip", "layer.zip"
ARCHITECTURES = ("arm64", "x86_64")
# What is to be built, and what stands there once it is.
_GLOBALS = re.compile(r"^    CodeUri: functions\n", re.MULTILINE)
_FUNCTION = re.compile(
    r"^(    Type: AWS::Serverless::Function\n(?:    Condition: \w+\n)?)"
    r"    Metadata: \{BuildMethod: makefile\}\n    Properties:\n",
    re.MULTILINE,
)
_LAYER = re.compile(
    r"^(    Type: AWS::Serverless::LayerVersion\n)    Metadata:.*\n(?:      .*\n)+", re.MULTILINE
)
_CONTENT = re.compile(r"^      ContentUri: layers\n", re.MULTILINE)
_ARCHITECTURE = re.compile(
    r"^(  Architecture:\n    Type: String\n)    Default: \w+\n    AllowedValues: \[.*\]\n"
    r"    Description: .*\n",
    re.MULTILINE,
)
_CONFIGURED = re.compile(r'"Architecture=\w+",.*')
_LOCAL = re.compile(r"^# sam local invoke.*?(?=^\[dev\.)", re.MULTILINE | re.DOTALL)
_HEAD = re.compile(r"\A# sam build.*?(?=^version)", re.MULTILINE | re.DOTALL)


def released(text: str, architecture: str) -> str:
    """Return the template of a release; raises ValueError if the text is not as expected."""
    functions = text.count("Type: AWS::Serverless::Function\n")
    described = (
        rf"\g<1>    Default: {architecture}\n    AllowedValues: [{architecture}]\n"
        "    Description: The architecture of the layer in this release.\n"
    )
    edits: Mapping[re.Pattern[str], tuple[str, int]] = {
        _GLOBALS: ("", 1),
        _FUNCTION: (rf"\g<1>    Properties:\n      CodeUri: {FUNCTIONS}\n", functions),
        _LAYER: (r"\g<1>", 1),
        _CONTENT: (f"      ContentUri: {LAYER}\n", 1),
        _ARCHITECTURE: (described, 1),
    }
    return _edited(text, edits)


def configuration(text: str, architecture: str) -> str:
    """Return ``samconfig.toml`` of a release, without what needs the sources."""
    name = text.count('"Architecture=')
    head = (
        "# sam deploy                     development\n"
        "# sam deploy --config-env prod   production\n"
        "#\n"
        "# Nothing is to be built. Parameters given on the command line replace the whole list.\n"
    )
    edits: Mapping[re.Pattern[str], tuple[str, int]] = {
        _CONFIGURED: (f'"Architecture={architecture}",', name),
        _LOCAL: ("", 1),
        _HEAD: (head, 1),
    }
    return _edited(text, edits)


def _edited(text: str, edits: Mapping[re.Pattern[str], tuple[str, int]]) -> str:
    for pattern, (by, expected) in edits.items():
        text, count = pattern.subn(by, text)
        if count != expected:
            raise ValueError(f"{pattern.pattern!r}: found {count} times, expected {expected}")
    return text
