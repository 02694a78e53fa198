"""The ground room of figures: estimates with intervals, the bootstrap, paired tests, corrections, metrics."""

from weibo_nlp.stats.bootstrap import BootstrapConfig, UnitSums, bootstrap_estimates, cluster_bootstrap, estimate_rows
from weibo_nlp.stats.estimate import Estimate
from weibo_nlp.stats.metrics import count_metrics
from weibo_nlp.stats.multiplicity import holm
from weibo_nlp.stats.proportions import wilson_interval
from weibo_nlp.stats.randomisation import PairedTest, paired_test

__all__ = [
    "BootstrapConfig",
    "Estimate",
    "PairedTest",
    "UnitSums",
    "bootstrap_estimates",
    "cluster_bootstrap",
    "count_metrics",
    "estimate_rows",
    "holm",
    "paired_test",
    "wilson_interval",
]
