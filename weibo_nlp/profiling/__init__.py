"""What texts are like, ours and real ones: lengths, surface features, diversity, repetition, plainness."""
