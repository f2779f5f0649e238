"""The vending core: lends S3 access for just the keys that a caller was granted.

1. A door has authenticated the caller: ``Caller``.
2. The body becomes a frozen value: ``parse``.
3. Gather what the table says of the caller and the bucket: ``LoadGrants``.
4. Decide: the closest grant that covers every target, or a refusal: ``decide``.
5. Narrow: session policy, role session name, source identity, duration: ``session_for``.
6. Act: ``AssumeRole`` for credentials, or sign URLs with a session that stays here.
7. Record: one audit record, whatever happened: ``recorded``.
"""
