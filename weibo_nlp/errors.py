"""The errors this package raises on purpose; each message says where, what arrived, what is allowed, what to do."""

from collections.abc import Iterable

LONGEST_NAME = 120
"""Characters of a name that an error repeats."""


class WeiboNlpError(Exception):
    """Base of every error raised on purpose; the command line prints it without a traceback."""


class DataError(WeiboNlpError):
    """A file, row or field is not what its format promises."""


class LabelError(DataError):
    """A label is not in the scheme it claims to follow."""


class PredictionError(DataError):
    """A prediction file cannot be scored as it stands."""


class UnknownNameError(WeiboNlpError):
    """A configuration, split, version, model, task or set that does not exist was asked for."""

    def __init__(self, what: str, given: object, known: Iterable[object], remedy: str = "") -> None:
        # Kept apart rather than as one message, so that the error can be pickled on its way out of a worker process.
        super().__init__(what, given, sorted(str(name) for name in known), remedy)

    def __str__(self) -> str:
        what, given, known, remedy = self.args
        shown = repr(given) if len(repr(given)) <= LONGEST_NAME else repr(given)[:LONGEST_NAME] + "…"
        return f"unknown {what} {shown}; there is: {', '.join(known) or 'nothing'}.{' ' + remedy if remedy else ''}"


class EndpointError(WeiboNlpError):
    """An address did not answer, or not with what it was asked for."""


class UsageError(WeiboNlpError):
    """The call itself is wrong: arguments that exclude each other, a missing column name, an unreadable path."""


class WriteError(WeiboNlpError):
    """A file could not be written to its end, as on a full disk; what was there before still stands."""
