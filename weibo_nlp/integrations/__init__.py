"""Doors into other people's pipelines: a spaCy pipeline, and a tokenizer for Hugging Face models.

The doors are :func:`weibo_nlp.integrations.spacy_pipeline.load_spacy` and
:func:`weibo_nlp.integrations.hf_tokenizer.hf_tokenizer`. Nothing is imported here, because spaCy and transformers
take seconds, and each is of use without the other.
"""
