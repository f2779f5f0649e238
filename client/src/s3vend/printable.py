"""Text that others choose, such as keys and error details, in a form that controls no terminal."""

import re

# Printable to Python, or to some terminals, but invisible or a control. None is ASCII. `re`
# compiles a pattern, and keeps it, when it is first matched; most commands match none.
_UNSEEN = (
    "[\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\U000e0000-\U000e0fff]"
)

# What makes a presigned URL or a signed request valid.
_SIGNATURE = r"(?a)(?<=Signature=)[\w%/+=]{8,}|(?<=Security-Token=)[\w%/+=]{8,}"
# A signed JWT: three parts of a run. One expression for all of it would take the square of the
# length of a text that somebody else chose.
_RUN, _HEADER = r"(?a)[\w.-]+", r"(?a)\be[wy][\w-]{8,}"
_CLAIMS = 8  # characters that the second part has at least


def is_shown(character: str) -> bool:
    """Whether a terminal shows the character, and nothing else happens."""
    return character.isprintable() and (character.isascii() or not re.match(_UNSEEN, character))


def printable(text: str) -> str:
    """Return the text as one line, with control characters and invisible characters escaped."""
    if text.isprintable() and (text.isascii() or not re.search(_UNSEEN, text)):
        return text
    return "".join(char if is_shown(char) else _escaped(char) for char in text)


def printable_lines(text: str) -> str:
    r"""Return the same, except that ``\n`` stays."""
    return "\n".join(map(printable, text.split("\n")))


def without_secrets(text: str) -> str:
    """Return the text without signed tokens and signatures; answers may repeat what they got."""
    return re.sub(_SIGNATURE, "…", re.sub(_RUN, lambda run: _without_tokens(run[0]), text))


def _without_tokens(run: str) -> str:
    parts, left, at = run.split("."), list[str](), 0
    while at < len(parts):
        header = re.search(_HEADER, parts[at]) if at + 2 < len(parts) else None
        if header and len(parts[at + 1]) >= _CLAIMS and parts[at + 2]:
            left.append(f"{parts[at][: header.start()]}…")
            at += 3
        else:
            left.append(parts[at])
            at += 1
    return ".".join(left)


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if 0x7F <= number <= 0xFFFF else ascii(character)[1:-1]
