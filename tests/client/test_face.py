"""What users import from the package."""

from tests.client.conftest import run


def test_importing_the_package_imports_no_aws_library() -> None:
    code = "import sys, s3vend; print({'botocore', 'boto3', 'awscrt'} & set(sys.modules))"
    done = run(code)
    assert done.stdout.strip() == "set()"
