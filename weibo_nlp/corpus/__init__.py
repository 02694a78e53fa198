"""The shipped corpus: configurations as tables or `datasets`, threads as trees, versions and checksums."""

from weibo_nlp.corpus.release import Release, load_corpus, open_release, threads, versions
from weibo_nlp.corpus.tree import Thread, build_threads

__all__ = ["Release", "Thread", "build_threads", "load_corpus", "open_release", "threads", "versions"]
