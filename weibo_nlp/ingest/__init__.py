"""Crawls read as documents: one file a family of crawlers, each recognised by what it holds."""

from weibo_nlp.ingest.base import Family, Options
from weibo_nlp.ingest.reading import Import, Tally, read
from weibo_nlp.ingest.registry import FAMILIES, get_family, recognise
from weibo_nlp.ingest.threads import whole_threads
from weibo_nlp.ingest.writing import read_documents, write_documents

__all__ = [
    "FAMILIES",
    "Family",
    "Import",
    "Options",
    "Tally",
    "get_family",
    "read",
    "read_documents",
    "recognise",
    "whole_threads",
    "write_documents",
]
