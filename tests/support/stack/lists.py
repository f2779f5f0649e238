"""A list in SSM as the template has it, on whatever answers the client."""

from vending.aws.services.client import client


def put(name: str, *values: str) -> None:
    """Store a parameter of these values."""
    ssm = client("ssm", "ap-northeast-1")
    ssm.put_parameter(Name=name, Type="StringList", Value=",".join(values))
