"""A leaderboard on disk: entries that can be scored again, ranked so that no tie decides. Trains nothing."""
