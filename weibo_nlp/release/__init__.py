"""From the people's files (texts, registers, judgements, gold) to a released corpus, and the checks on both."""
