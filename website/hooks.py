"""MkDocs calls these functions while it builds the site (mkdocs.yml).

The site has the tree of the project: each page becomes HTML in its place, and its Markdown lies
beside it. So every link of a page leads to the same place on GitHub, in the Markdown and on the
site, and nothing rewrites links.
"""

import copy
import shutil
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from website.groups import ENGLISH, JAPANESE, UngroupedPage, groups, navigation
from website.llms import llms
from website.markdown import for_python_markdown, linked

ROOT = Path(__file__).parents[1]
STYLE = "website/style.css"
MERMAID = "assets/javascripts/mermaid.min.js"  # on the site
INSTALLED = Path(__file__).parent / "node_modules/mermaid/dist/mermaid.min.js"
# The theme loads these from a third party where a page or a browser lacks them.
FALLBACKS = (
    "https://unpkg.com/mermaid@11/dist/mermaid.min.js",
    "https://unpkg.com/resize-observer-polyfill",
)
# Of the theme's scripts for searching in thirty languages, those for English and Japanese.
SEARCH = {"lunr.stemmer.support.min.js", "lunr.multi.min.js", "lunr.ja.min.js", "tinyseg.js"}


def pages() -> dict[str, str]:
    """Return the text of each page by its path from the root."""
    paths = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


PAGES = pages()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Set the navigation. Raises PluginError for a page in no group."""
    try:
        config.nav = navigation(groups(ENGLISH, PAGES[ENGLISH]), PAGES)
    except UngroupedPage as error:
        raise PluginError(str(error)) from error
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replace the files of docs/ by all pages and what they link to, by paths from the root."""
    ours = [file for file in files if not str(file.abs_src_path).startswith(config.docs_dir)]
    names = {*PAGES, STYLE}
    for page, text in PAGES.items():
        names |= {name for name in linked(page, text) if (ROOT / name).is_file()}
    paths = {name: ROOT / name for name in sorted(names)} | {MERMAID: INSTALLED}
    ours += [File.generated(config, name, abs_src_path=str(path)) for name, path in paths.items()]
    return Files(ours)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Make the text what Python-Markdown reads."""
    return for_python_markdown(markdown)


def on_page_context(
    context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation
) -> dict[str, Any]:
    """Give the Japanese page its language, and the titles of the Japanese list."""
    if page.file.src_uri != JAPANESE:
        return context
    theme = copy.copy(config.theme)
    theme.language = "ja"
    japanese = copy.copy(config)
    japanese.data = {**config.data, "theme": theme}
    pairs = zip(groups(ENGLISH, PAGES[ENGLISH]), groups(JAPANESE, PAGES[JAPANESE]), strict=True)
    titles = {one.title: other.title for one, other in pairs}
    for group in groups(JAPANESE, PAGES[JAPANESE]):
        titles |= {entry.page: entry.title for entry in group.entries}
    translated = copy.copy(nav)
    translated.items = [_translated(item, titles) for item in nav.items]
    return {**context, "config": japanese, "nav": translated}


def _translated(item: Any, titles: dict[str, str]) -> Any:
    twin = copy.copy(item)
    if item.is_page:
        twin.title = titles.get(item.file.src_uri, item.title)
    else:
        first = item.children[0]
        folder = first.file.src_uri if first.is_page else ""  # of a folder's pages: its README
        twin.title = titles.get(item.title) or titles.get(folder, item.title)
        twin.children = [_translated(child, titles) for child in item.children]
    return twin


def on_post_build(config: MkDocsConfig) -> None:
    """Write the Markdown of each page and llms.txt; point the theme to no third party."""
    site = Path(config.site_dir)
    for page in PAGES:
        shutil.copyfile(ROOT / page, site / page)
    (site / "llms.txt").write_text(
        llms(PAGES[ENGLISH], groups(ENGLISH, PAGES[ENGLISH])), encoding="utf-8"
    )
    for script in (site / "assets/javascripts/lunr").rglob("*.js"):
        if script.name not in SEARCH:
            script.unlink()
    [bundle] = (site / "assets/javascripts").glob("bundle.*.min.js")
    text = bundle.read_text(encoding="utf-8")
    for fallback in FALLBACKS:
        if fallback not in text:
            raise PluginError(f"the theme no longer names {fallback}: check what it loads instead")
        text = text.replace(fallback, "about:blank")
    bundle.write_text(text, encoding="utf-8")
