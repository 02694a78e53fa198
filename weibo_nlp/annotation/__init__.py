"""Stand-off labels: judgements by each annotator, their agreement, and the gold settled from them."""
