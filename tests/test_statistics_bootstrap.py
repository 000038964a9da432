"""Clusters drawn with replacement: what every resample holds, and what its sums come to on average."""

from __future__ import annotations

import numpy as np
import pytest

from bespoke.statistics.bootstrap import _BLOCK, cluster_counts


def test_every_resample_draws_as_many_clusters_as_there_are() -> None:
    counts = cluster_counts(3, resamples=50)
    assert counts.shape == (50, 3)
    assert (counts.sum(axis=1) == 3).all()
    assert (counts >= 0).all()


def test_each_cluster_is_drawn_once_on_average_with_the_variance_of_a_binomial() -> None:
    counts = cluster_counts(20, resamples=20_000, seed=3)  # binomial(20, 1/20): mean 1, variance 19/20
    assert counts.mean(0) == pytest.approx(np.ones(20), abs=0.03)
    assert counts.var(0) == pytest.approx(np.full(20, 0.95), abs=0.06)


def test_the_mean_of_resamples_spreads_as_the_mean_does() -> None:
    values = np.random.default_rng(7).beta(3, 2, 200)
    means = cluster_counts(200, resamples=4000, seed=1) @ values / 200
    assert means.mean() == pytest.approx(values.mean(), abs=0.001)
    assert means.std() == pytest.approx(values.std() / np.sqrt(200), rel=0.05)


def test_the_seed_repeats_them_and_many_clusters_come_in_blocks() -> None:
    many = _BLOCK // 3  # three resamples a block
    assert (cluster_counts(many, resamples=7, seed=2) == cluster_counts(many, resamples=7, seed=2)).all()
    assert (cluster_counts(many, resamples=7, seed=2).sum(axis=1) == many).all()
    assert (cluster_counts(9, resamples=7, seed=2) != cluster_counts(9, resamples=7, seed=3)).any()


def test_nothing_to_draw_from_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one observation"):
        cluster_counts(0)
