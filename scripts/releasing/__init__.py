"""The chain of a release of the corpus: its steps, what each asks of the repository, and what it changes there."""
