"""How the shipped segmenter is made: a teacher cuts unlabelled text, a linear model learns it. Not needed to cut."""
