"""The ground room of figures: estimates with intervals, the bootstrap, paired tests, corrections, metrics."""
