"""What can't run, as sentences for people."""


class InvalidTiming(ValueError):
    """A rule, a zone, a date or a span that can't be used; the text is a sentence for people."""


class InvalidRule(InvalidTiming):
    """A phrase or an expression that isn't understood, or a rule with values out of bounds."""


class InvalidZone(InvalidTiming):
    """A time zone that doesn't exist."""


class NeverRuns(InvalidTiming):
    """A rule that is valid and yet has no run in its span."""
