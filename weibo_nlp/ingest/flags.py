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

FOLDED = "folded"
"""A place-holder without text: the platform or the author of the post folded it away."""

SEEN_REMOVED = "seen_removed"
"""Elsewhere in the crawl it stands without its text: it was removed or hidden before or after this was seen."""

ORPHAN = "orphan"
"""What it answers or reposts is not in the crawl."""

CYCLE_BROKEN = "cycle_broken"
"""By its ids it would answer its own answers; it stands at the top of them, or below the post."""

REPLY_UNRESOLVED = "reply_unresolved"
"""Answers somebody by name (``回复@N:``), whose comment cannot be told; it stands where its ids say."""

CHAIN_GAP = "chain_gap"
"""A repost of a repost that is not in the crawl; it stands below the original."""

INCOMPLETE = "incomplete"
"""A post of which the platform states more comments than were crawled; ``extra["comments_seen"]`` has their number."""

MISSING = "missing"
"""Stands in a thread for its first document, which is not in the crawl."""
