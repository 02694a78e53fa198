"""Fine-tuned encoders: any encoder of the Hugging Face Hub or of a folder, with a head for each task.

They need the extra ``[transformers]``; what can be done without it, such as choosing parameters, imports neither torch
nor transformers.
"""

from weibo_nlp.models.transformer.classifier import TransformerClassifier
from weibo_nlp.models.transformer.data import TaskData
from weibo_nlp.models.transformer.hub import push_folder
from weibo_nlp.models.transformer.multitask import MultiTaskTransformer
from weibo_nlp.models.transformer.progress import TrainingStep

__all__ = ["MultiTaskTransformer", "TaskData", "TrainingStep", "TransformerClassifier", "push_folder"]
