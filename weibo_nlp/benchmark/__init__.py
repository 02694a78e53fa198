"""Training and scoring the registered models: on the corpus, and on texts from the user's own copies."""

from weibo_nlp.benchmark.run import ModelRun, run_corpus, run_external, run_real, run_task

__all__ = ["ModelRun", "run_corpus", "run_external", "run_real", "run_task"]
