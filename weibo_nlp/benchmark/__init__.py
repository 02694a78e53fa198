"""Training and scoring the registered models: on the corpus, and on external sets from the user's own copy."""

from weibo_nlp.benchmark.run import ModelRun, run_corpus, run_external, run_task

__all__ = ["ModelRun", "run_corpus", "run_external", "run_task"]
