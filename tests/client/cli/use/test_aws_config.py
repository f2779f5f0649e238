"""The config file of `exec --keep-config`: settings alone."""

import os
import stat
from pathlib import Path

import pytest

from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.use.aws_config import filtered, filtered_config

MINE = """
[default]
region = eu-west-1
output = json
retry_mode = adaptive
credential_process = /bin/admin
role_arn = arn:aws:iam::123456789012:role/Admin
source_profile = admin
credential_source = Ec2InstanceMetadata
web_identity_token_file = /token
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = secret
sso_session = corp
login_session = corp
endpoint_url = https://evil.example.com
services = local
mfa_serial = x
something_new = x
cli_pager =
  two
  lines
s3 =
  addressing_style = path
  max_concurrent_requests = 4
  endpoint_url = https://evil.example.com
[profile admin]
sso_account_id = 123456789012
region = us-east-1
[profile "with space"]
output = text
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
[services local]
sts =
  endpoint_url = http://127.0.0.1:1
[plugins]
cli_legacy_plugin_path = /plugins
"""
DEFAULT = """region = eu-west-1
output = json
retry_mode = adaptive
s3 =
  addressing_style = path
  max_concurrent_requests = 4
"""


def test_only_settings_without_an_identity_pass() -> None:
    assert filtered(MINE, "default").split("[default]\n")[1] == DEFAULT
    assert filtered(MINE, "default").split("[default]\n")[0] == (
        "[profile admin]\nregion = us-east-1\n\n[profile with space]\noutput = text\n\n"
    )


def test_the_selected_profile_is_the_default() -> None:
    assert filtered(MINE, "admin").endswith("[default]\nregion = us-east-1\n")
    assert filtered(MINE, "nobody").endswith("[default]\n")


@pytest.mark.parametrize(
    "text", ["", "[default]\ns3 = x", "[default]\n[sso-session default]\nregion = x", "[profile ]\nregion = x"]
)  # fmt: skip
def test_a_file_without_such_settings_has_an_empty_default(text: str) -> None:
    assert filtered(text, "default").replace("s3 =\n", "") == "[default]\n"


def test_the_file_is_for_this_user_and_goes_with_the_command(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(MINE)
    with filtered_config({"AWS_CONFIG_FILE": str(tmp_path / "config")}) as path:
        assert path.read_text() == filtered(MINE, "default")
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.parent.exists()


def test_a_file_that_is_not_there_is_empty_and_one_that_is_broken_is_refused(
    tmp_path: Path,
) -> None:
    with filtered_config({"AWS_CONFIG_FILE": str(tmp_path / "gone")}) as path:
        assert path.read_text() == "[default]\n"
    (tmp_path / "broken").write_text("no section = 1")
    with (
        pytest.raises(Refusal, match="broken cannot be read"),
        filtered_config({"AWS_CONFIG_FILE": str(tmp_path / "broken")}),
    ):
        pass


def test_the_own_config_is_found_at_home(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile dev]\noutput = text\n")
    with filtered_config({"AWS_PROFILE": "dev"}) as path:
        assert path.read_text().endswith(f"[default]{os.linesep}output = text\n")
