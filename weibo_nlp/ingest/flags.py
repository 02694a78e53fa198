"""What a document's flags say: how it was seen, and what is not as it was on the platform."""

from __future__ import annotations

EMBEDDED = "embedded"
"""Seen only inside another record, as the original of a repost is: a record of its own says more."""

TRUNCATED = "truncated"
"""The text was cut by the platform (``…全文``, isLongText without the long text)."""

CHAIN_LOST = "chain_lost"
"""A repost whose earlier reposts the crawler cut off behind its own words."""

ORIGINAL_UNKNOWN = "original_unknown"
"""A repost whose original the source does not name."""

REMOVED = "removed"
"""A place-holder without text: the author or the platform deleted it."""

HIDDEN = "hidden"
"""A place-holder without text: its author shows it to some readers, or for some time."""

UNDATED = "undated"
"""The date says no moment (``3分钟前`` without the time of the crawl); it stands in ``extra["created_raw"]``."""

MADE_ID = "made_id"
"""The source has no id of it; it is made of what the source does have."""
