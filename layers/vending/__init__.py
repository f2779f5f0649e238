"""The vending core: lends access to exactly the S3 keys that a caller was granted.

Each request passes these steps:

1. A door authenticates the caller: ``Caller``.
2. ``parse`` turns the body into a frozen value.
3. ``LoadGrants`` reads what the table has about the caller and the bucket.
4. ``decide`` finds the closest grant that covers every target, or refuses.
5. ``session_for`` narrows the session: policy, role session name, source identity, duration.
6. ``AssumeRole`` gets credentials; they are handed out, or sign URLs and stay in the function.
7. ``audit_record`` emits one audit record, whatever happened.
"""
