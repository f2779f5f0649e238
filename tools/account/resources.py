"""What the actions of a deployer are on, and which of them depend on parameters: tables."""

from collections.abc import Mapping
from typing import Final

# By service. What CloudFormation names starts with the stack's name.
RESOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "acm": ("arn:<partition>:acm:<region>:<account>:certificate/*",),
    "apigateway": (
        "arn:<partition>:apigateway:<region>::/account",
        "arn:<partition>:apigateway:<region>::/domainnames*",
        "arn:<partition>:apigateway:<region>::/restapis*",
        "arn:<partition>:apigateway:<region>::/tags/*",
    ),
    "cloudformation": (
        "arn:<partition>:cloudformation:<region>:<account>:stack/<stack>/*",
        "arn:<partition>:cloudformation:<region>:<account>:stack/aws-sam-cli-managed-default/*",
        "arn:<partition>:cloudformation:<region>:aws:transform/Serverless-2016-10-31",
    ),
    "cloudwatch": (
        "arn:<partition>:cloudwatch:<region>:<account>:alarm:<stack>-*",
        "arn:<partition>:cloudwatch::<account>:dashboard/<stack>-*",
    ),
    "codedeploy": (
        "arn:<partition>:codedeploy:<region>:<account>:application:<stack>-*",
        "arn:<partition>:codedeploy:<region>:<account>:deploymentconfig:*",
        "arn:<partition>:codedeploy:<region>:<account>:deploymentgroup:<stack>-*",
    ),
    "dynamodb": ("arn:<partition>:dynamodb:<region>:<account>:table/<stack>-*",),
    "events": ("arn:<partition>:events:<region>:<account>:rule/<stack>-*",),
    "firehose": ("arn:<partition>:firehose:<region>:<account>:deliverystream/<stack>-*",),
    "kms": ("arn:<partition>:kms:<region>:<account>:key/*",),
    "lambda": (
        "arn:<partition>:lambda:<region>:<account>:function:<stack>-*",
        "arn:<partition>:lambda:<region>:<account>:layer:<stack>-vending*",
    ),
    "s3": (
        "arn:<partition>:s3:::<stack>-*",
        "arn:<partition>:s3:::aws-sam-cli-managed-default-*",
    ),
    "sns": ("arn:<partition>:sns:<region>:<account>:<stack>-*",),
    "ssm": ("arn:<partition>:ssm:<region>:<account>:parameter/s3vend/<stack>/*",),
    "wafv2": (
        "arn:<partition>:apigateway:<region>::/restapis/*/stages/*",
        "arn:<partition>:wafv2:<region>:<account>:regional/managedruleset/*",
        "arn:<partition>:wafv2:<region>:<account>:regional/webacl/*",
    ),
}
# Actions that name no resource, or one that has no name before it exists.
ANYWHERE: Final = (
    "cloudwatch:DescribeAlarms",
    "ec2:",
    "kms:CreateKey",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "ssm:DescribeParameters",
    "cloudformation:GetTemplateSummary",
    "lambda:GetLayerVersion",
)
# Services that CloudFormation hands a role of the stack.
PASSED_TO: Final = ("apigateway", "codedeploy", "firehose", "lambda", "logs")
# What SAM makes of its own types.
MADE_OF: Final = {
    "AWS::Serverless::Api": (
        "AWS::ApiGateway::Deployment",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
    ),
    "AWS::Serverless::Function": (
        "AWS::Events::Rule",
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Version",
    ),
    "AWS::Serverless::LayerVersion": ("AWS::Lambda::LayerVersion",),
}
# Actions that a type needs only with a parameter: by the template's condition.
ONLY_WITH: Final[Mapping[str, frozenset[str]]] = {
    "VendingIsInVpc": frozenset(
        {
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        }
    ),
    "HasKmsKey": frozenset({"logs:AssociateKmsKey", "logs:DisassociateKmsKey"}),
    "HasResourcePolicy": frozenset({"apigateway:UpdateRestApiPolicy"}),
}
# What a company's own key is used for while resources are made with it.
KEY: Final = ("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt")
KEY_THROUGH: Final = ("dynamodb", "lambda")  # as make key-policy has it
