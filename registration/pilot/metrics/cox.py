"""D R Cox's regression of the hazard, with B Efron's treatment of ties and errors that hold within clusters.

D R Cox, JRSS B 34, 1972; B Efron, JASA 72, 1977; D Y Lin and L J Wei, JASA 84, 1989. At a day with d events the k-th of them
(k = 0 .. d-1) has a risk set in which each of the d weighs 1 - k/d: every sum below runs over these, one term an event.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registration.pilot.metrics.columns import Days, Marks, Numbers

_MOST_STEPS = 40
_CLOSE = 1e-10
#: Information of an event, of covariates of unit variance, under which they say the same or a coefficient runs off to infinity.
_LEAST_INFORMATION = 1e-9


@dataclass(frozen=True, slots=True)
class Cox:
    """Log hazard ratios of each covariate, with the model's standard errors and those that hold within clusters.

    Of one cluster alone the latter are None: its residuals sum to nothing.
    """

    coef: Sequence[float]
    se_model: Sequence[float]
    se_robust: Sequence[float] | None


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms of the partial likelihood at some coefficients, e of them, one an event; the covariates are p, the days t."""

    weight: Numbers  # n: each row's relative hazard
    sum0: Numbers  # e: of the weights of the risk set
    mean: Numbers  # e x p: of the covariates in the risk set
    information: Numbers  # p x p
    likelihood: float
    score: Numbers  # p


@dataclass(frozen=True, slots=True)
class _Data:
    """Rows in the order of their days, longest first, and of each term the day it belongs to."""

    covariates: Numbers  # n x p, about their means, of unit variance
    event: Marks  # n
    last: Days  # t: the last row that was followed to each event day or longer
    day: Days  # n: the number of event days, latest first, that a row was not followed to
    term_day: Days  # e
    share: Numbers  # e: k / d

    @property
    def group(self) -> Days:
        """Give of each row with an event the number of its day."""
        return self.day[self.event]


def fit(days: Days, events: Marks, covariates: Numbers, clusters: NDArray[np.str_]) -> Cox | None:
    """Fit n rows followed for `days` to events, by p covariates (n x p); None where nothing can be told or it does not settle.

    Errors that hold within clusters are the root of I^-1 (sum over clusters of U U') I^-1, U being the sum of a cluster's exact
    Efron score residuals and I the information, with no factor for small samples.
    """
    scale = covariates.std(axis=0) if events.any() else np.zeros(1)
    if not scale.all():
        return None
    order = np.argsort(-days, kind="stable")
    data = _data(days[order], events[order], covariates[order] / scale)
    found = _maximum(data)
    if found is None:
        return None
    coef, terms = found
    inverse = np.linalg.inv(terms.information)
    robust = inverse @ _meat(data, terms, clusters[order]) @ inverse
    coef, model, within = (each / scale for each in (coef, np.sqrt(np.diag(inverse)), np.sqrt(np.diag(robust))))
    return Cox(coef.tolist(), model.tolist(), within.tolist() if len(np.unique(clusters)) > 1 else None)


def _meat(data: _Data, terms: _Terms, clusters: NDArray[np.str_]) -> Numbers:
    """Give the sum over clusters of U U', p x p."""
    names, cluster = np.unique(clusters, return_inverse=True)
    summed = np.zeros((len(names), len(terms.score)))
    np.add.at(summed, cluster, _score_residuals(data, terms))
    return summed.T @ summed


def _data(days: Days, events: Marks, covariates: Numbers) -> _Data:
    """Number the event days, latest first, for rows in that order."""
    met, deaths = np.unique(-days[events], return_counts=True)
    day = np.searchsorted(met, -days)
    return _Data(
        covariates=covariates - covariates.mean(axis=0),
        event=events,
        last=np.searchsorted(-days, met, side="right") - 1,
        day=day,
        term_day=np.repeat(np.arange(len(met)), deaths),
        share=np.concatenate([np.arange(count) / count for count in deaths]),
    )


def _maximum(data: _Data) -> tuple[Numbers, _Terms] | None:
    """Find the coefficients by Newton's method, halving steps that lose; None where they do not settle."""
    coef = np.zeros(data.covariates.shape[1])
    terms = _terms(data, coef)
    for _ in range(_MOST_STEPS):
        if np.linalg.eigvalsh(terms.information)[0] < _LEAST_INFORMATION * len(data.term_day):
            return None
        step = np.linalg.solve(terms.information, terms.score).astype(np.float64)
        if np.abs(step * np.sqrt(np.diag(terms.information))).max() < _CLOSE:
            return coef, terms
        taken = _stepped(data, coef, step, terms.likelihood)
        if taken is None:
            return None
        coef, terms = taken
    return None


def _stepped(data: _Data, coef: Numbers, step: Numbers, likelihood: float) -> tuple[Numbers, _Terms] | None:
    """Take a step, halved until it does not lose; None where no step does."""
    for _ in range(_MOST_STEPS):
        # Too far out the weights of a risk set run under, and the likelihood is no number.
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = _terms(data, coef + step)
        if np.isfinite(terms.likelihood) and terms.likelihood >= likelihood - _CLOSE * abs(likelihood):
            return coef + step, terms
        step = step / 2
    return None


def _terms(data: _Data, coef: Numbers) -> _Terms:
    risk = data.covariates @ coef
    # A common factor changes nothing, and keeps the weights from running over.
    risk -= risk.max()
    weight = np.exp(risk)
    moments = _moments(data, weight)
    at_risk, dying = moments.cumsum(axis=0)[data.last], np.zeros((len(data.last), moments.shape[1]))
    np.add.at(dying, data.group, moments[data.event])
    sums = at_risk[data.term_day] - data.share[:, None] * dying[data.term_day]
    p = len(coef)
    sum0, mean = sums[:, 0], sums[:, 1 : p + 1] / sums[:, :1]
    squares = (sums[:, p + 1 :] / sums[:, :1]).sum(axis=0).reshape(p, p)
    return _Terms(
        weight=weight,
        sum0=sum0,
        mean=mean,
        information=squares - mean.T @ mean,
        likelihood=float(risk[data.event].sum() - np.log(sum0).sum()),
        score=data.covariates[data.event].sum(axis=0) - mean.sum(axis=0),
    )


def _moments(data: _Data, weight: Numbers) -> Numbers:
    """Give each row's weight, weight times covariates and weight times their products: n x (1 + p + p*p)."""
    x = data.covariates
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    return weight[:, None] * np.column_stack([np.ones(len(x)), x, products])


def _score_residuals(data: _Data, terms: _Terms) -> Numbers:
    """Give each row's part in the score, n x p; they sum to the score.

    Row i with covariates x and weight w has: its event's x less the mean of the risk sets of its day, less, over every term of a
    day to which it was followed, w (x - mean) / sum0, times 1 - k/d where its own event is one of that day's.
    """
    times = len(data.last)
    p = data.covariates.shape[1]
    hazard = np.column_stack([np.ones(len(terms.sum0)), terms.mean]) / terms.sum0[:, None]  # e x (1 + p)
    full, spared = np.zeros((times, 1 + p)), np.zeros((times, 1 + p))
    np.add.at(full, data.term_day, hazard)
    np.add.at(spared, data.term_day, hazard * data.share[:, None])
    # Days are latest first: what a row met is what its own day and all later in this order hold.
    met = np.vstack([full[::-1].cumsum(axis=0)[::-1], np.zeros((1, 1 + p))])[data.day]
    met[data.event] -= spared[data.group]
    expected = terms.weight[:, None] * (data.covariates * met[:, :1] - met[:, 1:])
    mean = np.zeros((times, p))
    np.add.at(mean, data.term_day, terms.mean)
    deaths = np.bincount(data.term_day, minlength=times)
    observed = np.zeros_like(expected)
    observed[data.event] = data.covariates[data.event] - (mean / deaths[:, None])[data.group]
    residuals: Numbers = observed - expected
    return residuals
