"""Stand-off labels: judgements by each annotator, their agreement, and the labels adjudicated from them."""
