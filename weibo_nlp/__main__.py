"""``python -m weibo_nlp``: the command ``weibo-nlp``."""

from weibo_nlp.cli import console

if __name__ == "__main__":
    console()
