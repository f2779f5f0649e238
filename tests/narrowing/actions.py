"""Actions that a session might have: those of S3, and of what S3 calls for it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from functools import cache
from typing import Final

from botocore.loaders import Loader

_OF_OBJECTS: Final = """
AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion
DeleteObjectVersionTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold
GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion GetObjectVersionAcl
GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging
GetObjectVersionTorrent InitiateReplication ListMultipartUploadParts
ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectLegalHold PutObjectRetention
PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete ReplicateObject
ReplicateTags RestoreObject UpdateObjectEncryption
"""
_OF_BUCKETS: Final = """
CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketPolicy
DeleteBucketMetadataTableConfiguration DeleteBucketOwnershipControls DeleteBucketWebsite
GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAcl GetBucketCORS
GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification
GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus
GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging GetBucketVersioning
GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration
GetInventoryConfiguration GetLifecycleConfiguration GetMetricsConfiguration
GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions
PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAcl PutBucketCORS PutBucketLogging
PutBucketNotification PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy
PutBucketPublicAccessBlock PutBucketRequestPayment PutBucketTagging PutBucketVersioning
PutBucketWebsite PutEncryptionConfiguration PutIntelligentTieringConfiguration
PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
PutReplicationConfiguration
"""
_OF_ACCOUNTS: Final = """
AssociateAccessGrantsIdentityCenter CreateAccessGrant CreateAccessPoint CreateJob
CreateMultiRegionAccessPoint CreateStorageLensGroup DeleteAccessPoint DeleteAccessPointPolicy
GetAccessGrant GetAccessPoint GetAccountPublicAccessBlock GetDataAccess ListAccessGrants
ListAccessPoints ListAllMyBuckets ListJobs ListStorageLensConfigurations PauseReplication
PutAccessGrantsInstanceResourcePolicy PutAccessPointPolicy PutAccountPublicAccessBlock
PutStorageLensConfiguration TagResource UntagResource UpdateJobPriority UpdateJobStatus
"""
_OF_OTHERS: Final = """
kms:CreateGrant kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey
kms:GenerateDataKeyPair kms:GenerateDataKeyWithoutPlaintext kms:PutKeyPolicy kms:ReEncryptFrom
kms:ReEncryptTo kms:ScheduleKeyDeletion kms:Sign
iam:CreateAccessKey iam:PassRole iam:PutRolePolicy iam:UpdateAssumeRolePolicy
sts:AssumeRole sts:GetFederationToken sts:GetSessionToken sts:SetSourceIdentity sts:TagSession
s3-object-lambda:GetObject s3-outposts:GetObject s3express:CreateSession s3tables:GetTable
lambda:InvokeFunction dynamodb:GetItem
"""


@cache
def every_action() -> frozenset[str]:
    """With the operations of S3's API, should one of them be an action one day."""
    of_s3 = (_OF_OBJECTS + _OF_BUCKETS + _OF_ACCOUNTS).split()
    operations = Loader().load_service_model("s3", "service-2")["operations"]
    return frozenset({f"s3:{name}" for name in [*of_s3, *operations]} | {*_OF_OTHERS.split()})
