"""The error of a step that cannot do what it was asked for."""


class Refused(Exception):
    """The message says what is wrong and what to do; the job's log shows it."""
