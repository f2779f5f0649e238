"""The pictures of a terminal on the pages show what the commands show."""

import re
from pathlib import Path

from local.cloud import environments
from local.cloud.client import Credentials
from local.cloud.ministack import ROOT
from local.stack.deploy import Stack
from tests.support.pages import pages
from tests.support.pictures import at_a_terminal, is_current

S3VEND = ROOT / ".venv/bin/s3vend"


def shown(line: str, stack: Stack, who: Credentials, directory: Path) -> tuple[str, str]:
    """A line that begins with s3vend, and what a terminal shows after it.

    What differs from cloud to cloud is shown as on the pages.
    """
    settings = {
        **environments.NO_SETTINGS,
        "AWS_ACCESS_KEY_ID": who.access_key_id,
        "AWS_SECRET_ACCESS_KEY": who.secret_access_key,
        "AWS_REGION": environments.REGION,
        "HOME": str(directory),
        "NO_PROXY": "127.0.0.1",
        "S3VEND_URL": stack.url,
    }
    _, *words = line.split()
    _, text = at_a_terminal([str(S3VEND), *words], directory, settings)
    return line, re.sub(r"(requestId: )\S+", r"\1…", text.replace(stack.url, "https://…/v1"))


def test_whoami_and_ls_show_what_is_pictured(
    stack: Stack, user: Credentials, tmp_path: Path
) -> None:
    lines = ("s3vend whoami", "s3vend ls")
    is_current("whoami", [shown(line, stack, user, tmp_path) for line in lines])


def test_plan_shows_a_fault_as_pictured(
    stack: Stack, administrator: Credentials, tmp_path: Path
) -> None:
    [document] = [one for one in pages()["README.md"].blocks if one.title == "vending.yaml"]
    wrong = document.text.replace("READWRITE", "READ-WRITE").replace("15m", "15 minutes")
    (tmp_path / "vending.yaml").write_text(wrong)
    plan = shown("s3vend plan vending.yaml", stack, administrator, tmp_path)
    is_current("fault", [plan])
