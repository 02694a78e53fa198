"""What a collection of texts is like, counted: lengths, marks, diversity, repetition, plainness, balance of labels."""
