"""Whether a variable carries an identity, by its name or its value; `exec` keeps those back."""

import re

from s3vend.identity.receiver import has_token

# Of variables with these beginnings, a command gets only those in PASSED.
GUARDED = (
    *("AWS_", "S3VEND_"),
    "AMAZON_",  # the AWS SDKs for Ruby and JavaScript (version 2) look for keys there too
    *("EC2_ACCESS_KEY", "EC2_SECRET_KEY", "EC2_SECURITY_TOKEN", "BOTO_PATH"),
    *("ACTIONS_ID_TOKEN_", "BUILDKITE_AGENT_ACCESS_TOKEN", "BUILDKITE_AGENT_JOB_API_"),
    *("BUILDKITE_AGENT_TOKEN", "CI_JOB_JWT", "ENDPOINT_AUTH_", "SPIFFE_ENDPOINT_SOCKET"),
    *("SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI"),
    *("ARM_", "AZCOPY_", "AZURE_", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_"),
    "SERVICEPRINCIPAL",  # of a task in Azure Pipelines
    *("CLOUDSDK_", "GCE_METADATA_", "GCLOUD_", "GOOGLE_"),
)
PASSED = frozenset(
    {
        *("AWS_ALLOW_HTTP", "AWS_CA_BUNDLE", "AWS_CLI_AUTO_PROMPT", "AWS_CLI_FILE_ENCODING"),
        *("AWS_DATA_PATH", "AWS_DEFAULTS_MODE", "AWS_DEFAULT_OUTPUT"),
        *("AWS_DISABLE_REQUEST_COMPRESSION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"),
        *("AWS_EXECUTION_ENV", "AWS_HTTPS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
        *("AWS_MAX_ATTEMPTS", "AWS_PAGER", "AWS_REQUEST_CHECKSUM_CALCULATION"),
        *("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "AWS_RESPONSE_CHECKSUM_VALIDATION"),
        *("AWS_RETRY_MODE", "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"),
        *("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS", "AWS_S3_ENDPOINT"),
        *("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "AWS_S3_USE_ARN_REGION", "AWS_SDK_LOAD_CONFIG"),
        *("AWS_SDK_UA_APP_ID", "AWS_SIGV4A_SIGNING_REGION_SET", "AWS_USE_DUALSTACK_ENDPOINT"),
        *("AWS_USE_FIPS_ENDPOINT", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "AWS_VIRTUAL_HOSTING"),
        *("S3VEND_AUDIENCE", "S3VEND_RETRIES", "S3VEND_TIMEOUT", "S3VEND_URL"),
        "GOOGLE_CLOUD_PROJECT",
    }
)
# Keys of AWS have an id that begins so, whatever the name of the variable. A Java program takes
# its identity from such properties before it asks the endpoint of `exec`.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_OF_AWS = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-Daws\.(?:access|secret|session|webIdentity|role|profile|sharedCred|configFile|container)"
)


def carries_identity(name: str, value: str) -> bool:
    """Whether a variable proves an identity to a cloud or to s3vend, or says where one is."""
    upper = name.upper()  # Windows ignores case, and so do some programs
    if upper.startswith(GUARDED) and upper not in PASSED:
        return True
    return has_token(value) or _OF_AWS.search(value) is not None
