"""Reads the style and the scripts of pages once; they are files, so that linters know them."""

from pathlib import Path

from vending.shares.pages import page

_FOLDER = Path(__file__).with_name("inline")
FILES = {name: (_FOLDER / name).read_text(encoding="utf-8") for name in page.FILES}
