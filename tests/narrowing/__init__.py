"""Is a session as narrow as what was granted? Cases drawn by chance, and what is near them.

1. ``cases``: a grant, a caller, a request, drawn by Hypothesis.
2. ``lending``: what the real flow asks of STS for a case.
3. ``expected``: what the session may do, from the words of the design, not from the code.
4. ``near``: keys and prefixes that a wrong policy would open or close.
5. ``actions``: every action of S3, and those of KMS that matter.
"""
