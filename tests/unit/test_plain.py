"""Control characters and lone surrogates are found wherever they are, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vending.plain import has_no_control

ODD = [*range(0x20), *range(0x7F, 0xA0), 0xD800, 0xDBFF, 0xDC00, 0xDFFF]


@pytest.mark.parametrize("code", ODD)
def test_a_control_character_or_lone_surrogate_is_found_anywhere(code: int) -> None:
    odd = chr(code)
    assert not any(map(has_no_control, (odd, f"a{odd}", f"{odd}a", f"a\u200b{odd}b")))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])))
def test_any_other_text_has_none(text: str) -> None:
    assert has_no_control(text)
