"""What an account demands, on the local cloud: what is made has the boundary, the path, the name."""

import json
from typing import Any

from local.cloud import aws
from local.cloud.environments import ACCOUNT, REGION
from local.cloud.ministack import Cloud, running
from local.stack.build import built
from local.stack.deploy import NAME, deploy
from tools.account import boundary
from tools.account.place import Place

BUCKETS = {"AllowedBuckets": "hogehoge-bucket"}
DEMANDED = {"RolePath": "/teams/storage/", "NamePrefix": "two-", "CreateAssumeS3User": "false"}
ANYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def new_policy(cloud: Cloud, name: str, document: dict[str, Any]) -> str:
    """Its ARN."""
    answer = aws.iam(cloud).create_policy(PolicyName=name, PolicyDocument=json.dumps(document))
    return str(answer["Policy"]["Arn"])


def test_a_stack_deploys_under_the_rules_of_an_account() -> None:
    with running() as cloud:
        company = new_policy(cloud, "Company", ANYTHING)
        text = boundary.policy(BUCKETS, Place(ACCOUNT, REGION, NAME))
        lent = new_policy(cloud, "LentByS3Vend", text)
        stack = deploy(
            cloud,
            built(),
            {
                **BUCKETS,
                **DEMANDED,
                "PermissionsBoundaryArn": company,
                "LentRoleBoundaryArn": lent,
            },
        )
        iam = aws.iam(cloud)
        roles = {one["RoleName"]: one for one in iam.list_roles()["Roles"]}
        assert {one["Path"] for one in roles.values()} == {"/teams/storage/"}
        assert stack.outputs["RoleArn"].endswith(":role/teams/storage/two-AllowedAssumeS3Role")
        found = {
            name: iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"][
                "PermissionsBoundaryArn"
            ]
            for name in roles
        }
        assert found.pop("two-AllowedAssumeS3Role") == lent
        assert set(found.values()) == {company}
        assert iam.list_users()["Users"] == []
        names = {one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]}
        assert names >= {"two-S3VendCallers", "two-S3VendAdministrators"}
        assert "two-AllowedAssumeS3RoleBoundary" not in names
