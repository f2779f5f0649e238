"""The settings of AWS's config file that carry no identity, for the command that `exec` runs."""

import configparser
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from s3vend.cli.terminal.refusal import Refusal
from s3vend.files.paths import expanded

# https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html and the AWS CLI's own.
SETTINGS = frozenset(
    {
        *("region", "output", "cli_auto_prompt", "cli_binary_format", "cli_follow_urlparam"),
        *("cli_pager", "cli_timestamp_format", "ca_bundle", "defaults_mode"),
        *("disable_request_compression", "max_attempts", "parameter_validation"),
        *("request_checksum_calculation", "request_min_compression_size_bytes"),
        *("response_checksum_validation", "retry_mode", "s3_disable_express_session_auth"),
        *("s3_disable_multiregion_access_points", "s3_us_east_1_regional_endpoint"),
        *("s3_use_arn_region", "sdk_ua_app_id", "sigv4a_signing_region_set", "tcp_keepalive"),
        *("use_dualstack_endpoint", "use_fips_endpoint"),
    }
)
# The members of `s3`, the only setting with members that passes.
S3 = frozenset(
    {
        *("addressing_style", "direct_io", "disk_throughput", "fio_options", "io_chunksize"),
        *("max_bandwidth", "max_concurrent_requests", "max_queue_size", "multipart_chunksize"),
        *("multipart_threshold", "payload_signing_enabled", "preferred_transfer_client"),
        *("should_stream", "signature_version", "target_bandwidth"),
        *("us_east_1_regional_endpoint", "use_accelerate_endpoint", "use_arn_region"),
        "use_dualstack_endpoint",
    }
)
_PROFILE = re.compile(r"profile\s+[\"']?([\w.@+=:/ -]+?)[\"']?")


@contextmanager
def filtered_config(own: Mapping[str, str]) -> Iterator[Path]:
    """Write a file with these settings for the duration of the block, and yield its path.

    Raises:
        Refusal: the file that the environment ``own`` names cannot be read.
    """
    path = expanded(own.get("AWS_CONFIG_FILE") or "~/.aws/config")
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        selected = own.get("AWS_PROFILE") or own.get("AWS_DEFAULT_PROFILE") or "default"
        kept = filtered(text, selected)
    except (OSError, UnicodeError, configparser.Error) as error:
        raise Refusal(f"{path} cannot be read ({type(error).__name__})", 1) from None
    with tempfile.TemporaryDirectory(prefix="s3vend-") as folder:
        file = Path(folder) / "config"
        file.write_text(kept, encoding="utf-8")
        yield file


def filtered(text: str, selected: str) -> str:
    """Return the settings that carry no identity; those of the ``selected`` profile as default."""
    parser = configparser.RawConfigParser(default_section="", strict=False)
    parser.read_string(text)
    profiles: dict[str, list[str]] = {}
    for section in parser.sections():
        match = _PROFILE.fullmatch(section)
        if section == "default" or match:
            profiles[match[1] if match else section] = list(_lines(dict(parser.items(section))))
    sections = {f"profile {name}": lines for name, lines in profiles.items() if name != "default"}
    sections["default"] = profiles.get(selected, [])
    return "\n".join(line for name, lines in sections.items() for line in (f"[{name}]", *lines, ""))


def _lines(members: Mapping[str, str]) -> Iterator[str]:
    for name, value in members.items():
        if name in SETTINGS and value.isprintable():
            yield f"{name} = {value}"
        elif name == "s3":
            pairs = (line.partition("=") for line in value.splitlines())
            inner = {key.strip(): text.strip() for key, _, text in pairs}
            yield "s3 ="
            yield from (
                f"  {key} = {text}"
                for key, text in inner.items()
                if key in S3 and text and text.isprintable()
            )
