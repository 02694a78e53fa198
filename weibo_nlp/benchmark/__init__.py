"""Training and scoring the registered models: on the corpus, and on external sets from the user's own copy."""

from weibo_nlp.benchmark.result import Result
from weibo_nlp.benchmark.run import run_corpus, run_external

__all__ = ["Result", "run_corpus", "run_external"]
