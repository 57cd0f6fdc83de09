"""The comparison of centres and months as a weighted regression, and errors that hold with few centres.

y = centre + month + d·x, weighted by families. Errors are clustered by centre. CR1S is the sandwich with the usual correction for
few clusters; CR2 that of Bell and McCaffrey (2002) as Pustejovsky and Tipton (2018) have it for weighted regression, with
identity as working covariance: clubSandwich's vcovCR(lm(..., weights), type = "CR2"), whose target is identity and whose
inverse_var is FALSE where weights are given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import final

import numpy as np
from scipy import linalg, stats

from registration.pilot.effect.panel import CannotTell, Indices, Numbers, Panel

#: Of what a column has by itself, less than this share is what arithmetic leaves over.
_NOTHING = 1e-10
#: Eigenvalues below this share of the greatest are zero.
_ZERO = 1e-9
_CONFIDENCE = 0.975


@final
@dataclass(frozen=True)
class Estimate:
    """An effect with its standard error, degrees of freedom, two-sided p by Student's t, and 95 % interval."""

    value: float
    se: float
    df: float
    p: float
    lo: float
    hi: float


@dataclass(frozen=True)
class Fit:
    """A weighted regression: columns `x` (N x k, the effects last), weights, residuals, coefficients (k), clusters' rows.

    `bread` is (X'WX)⁻¹; `effects` how many of the last columns are asked about.
    """

    x: Numbers
    weights: Numbers
    residuals: Numbers
    coefficients: Numbers
    bread: Numbers
    clusters: Sequence[Indices]
    effects: int

    @property
    def values(self) -> Numbers:
        """Give the effects."""
        return self.coefficients[-self.effects :]

    @cached_property
    def contrasts(self) -> Numbers:
        """Give the columns of (X'WX)⁻¹ that belong to the effects, k x q."""
        return self.bread[:, -self.effects :]

    def cr1s(self) -> Numbers:
        """Give the effects' covariance, q x q, by the sandwich times G/(G-1)·(N-1)/(N-k).

        k counts every centre and month dummy: it is the rank of all columns. Liang and Zeger (1986); Stata's correction.
        """
        scores = self.x * (self.weights * self.residuals)[:, None] @ self.contrasts
        sums = np.array([scores[rows].sum(axis=0) for rows in self.clusters])
        (n, k), g = self.x.shape, len(self.clusters)
        small: float = g / (g - 1) * (n - 1) / (n - k)
        covariance: Numbers = small * (sums.T @ sums)
        return covariance


def dummies(index: Indices) -> Numbers:
    """Give a column of 0 and 1 for each value of an index, N x values."""
    columns: Numbers = (index[:, None] == np.unique(index)).astype(float)
    return columns


def fit(panel: Panel, effects: Numbers) -> Fit:
    """Regress the share that joined on centre, month and the effects' columns (N x q), weighted by families.

    CannotTell where an effect is what centres, months and the other effects already say, where no cell is left over, or where
    there is one centre only.
    """
    if len(np.unique(panel.centre)) < 2:  # noqa: PLR2004 -- nothing to compare with
        raise CannotTell
    root = np.sqrt(panel.families)[:, None]
    common = _independent(np.hstack([dummies(panel.centre), dummies(panel.month)]), root)
    own = effects - common @ linalg.lstsq(common * root, effects * root, lapack_driver="gelsy")[0]
    size = np.linalg.norm(effects * root)
    rank = np.linalg.matrix_rank(own * root, tol=np.sqrt(_NOTHING) * size) if size else 0
    x = np.hstack([common, effects])
    if rank < effects.shape[1] or len(x) <= x.shape[1]:
        raise CannotTell
    return _solved(panel, x, effects.shape[1])


def _independent(columns: Numbers, root: Numbers) -> Numbers:
    """Leave out the dummies that the others say already: one where all centres and months hang together."""
    triangle, order = linalg.qr(columns * root, mode="r", pivoting=True)
    size = np.abs(np.diag(triangle))
    kept: Numbers = columns[:, np.sort(order[: int((size > _NOTHING * size[0]).sum())])]
    return kept


def _solved(panel: Panel, x: Numbers, effects: int) -> Fit:
    root = np.sqrt(panel.families)
    q, r = linalg.qr(x * root[:, None], mode="economic")
    coefficients = linalg.solve_triangular(r, q.T @ (panel.share * root))
    inverse = linalg.solve_triangular(r, np.eye(len(r)))
    clusters = [np.flatnonzero(panel.centre == centre) for centre in np.unique(panel.centre)]
    return Fit(x, panel.families, panel.share - x @ coefficients, coefficients, inverse @ inverse.T, clusters, effects)


@dataclass(frozen=True)
class Robust:
    """CR2: the effects' covariance (q x q), and `products` (q, q, G, G): what cluster i gives to effect s times j's to t.

    With e of identity covariance the estimate's variance is the sum over clusters of (p_i'e)², and p_i'p_j are the products.
    """

    values: Numbers
    covariance: Numbers
    products: Numbers

    def estimate(self, effect: int = -1) -> Estimate:
        """Give one effect with Satterthwaite's degrees of freedom, (Σ p_i'p_i)² / ΣΣ (p_i'p_j)².

        Bell and McCaffrey (2002), section 4; Pustejovsky and Tipton (2018), section 3.1.
        """
        own = self.products[effect, effect]
        df = float(np.trace(own) ** 2 / (own**2).sum())
        value, se = float(self.values[effect]), float(np.sqrt(self.covariance[effect, effect]))
        reach = float(stats.t.ppf(_CONFIDENCE, df)) * se
        p = float(2 * stats.t.sf(abs(value) / se, df)) if se > 0 else float(value == 0)
        return Estimate(value, se, df, p, value - reach, value + reach)

    def together(self, which: Sequence[int]) -> float | None:
        """Give the p of all these effects being zero: the approximate Hotelling test with Zhang's degrees of freedom (HTZ).

        Tipton and Pustejovsky (2015), section 3; Zhang (2013). None where there are too few centres for it.
        """
        chosen = np.ix_(which, which)
        products, covariance = self.products[chosen], self.covariance[chosen]
        turn = _power(np.einsum("stii->st", products), -0.5)
        turned = np.einsum("as,bt,stij->abij", turn, turn, products)
        spread = np.einsum("aaij,bbij->", turned, turned) + np.einsum("abij,baij->", turned, turned)
        q = len(which)
        eta = q * (q + 1) / float(spread)
        if eta <= q - 1 or np.linalg.matrix_rank(covariance, hermitian=True) < q:
            return None
        values = self.values[list(which)]
        statistic = float(values @ np.linalg.solve(covariance, values))
        return float(stats.f.sf((eta - q + 1) / (eta * q) * statistic, q, eta - q + 1))


def cr2(fitted: Fit) -> Robust:
    """Correct each cluster's residuals so that, were all cells equally uncertain, the covariance would be unbiased.

    A_i = [(I-H)_i (I-H)_i']^(+1/2), the pseudo-inverse root; the covariance is Σ C'X_i'W_iA_ie_ie_i'A_iW_iX_iC with C the effects'
    columns of (X'WX)⁻¹. Bell and McCaffrey (2002); Pustejovsky and Tipton (2018), section 2.2, with weights W and Φ = I.
    """
    x, weights, bread = fitted.x, fitted.weights, fitted.bread
    spread = bread @ (x.T * weights**2) @ x @ bread
    parts, sums = [], []
    for rows in fitted.clusters:
        own, weight = x[rows], weights[rows]
        hat = own @ bread @ (own.T * weight)
        adjust = _power(np.eye(len(rows)) - hat - hat.T + own @ spread @ own.T, -0.5)
        given = adjust @ (weight[:, None] * (own @ fitted.contrasts))
        parts.append((given, own.T @ given, own.T @ (weight[:, None] * given)))
        sums.append(given.T @ fitted.residuals[rows])
    total = np.array(sums)
    return Robust(fitted.values, total.T @ total, _products(parts, bread, spread))


def _products(parts: Sequence[tuple[Numbers, Numbers, Numbers]], bread: Numbers, spread: Numbers) -> Numbers:
    """Give p_i'p_j for every two effects and clusters, with p_i = (I-H)_i'A_iW_iX_iC."""
    plain, weighted = (np.stack([part[place] for part in parts]) for place in (1, 2))
    crossed = np.einsum("iks,kl,jlt->stij", plain, bread, weighted, optimize=True)
    products: Numbers = np.einsum("iks,kl,jlt->stij", plain, spread, plain, optimize=True)
    products = products - crossed - crossed.transpose(1, 0, 3, 2)
    for number, (given, _, _) in enumerate(parts):
        products[:, :, number, number] += given.T @ given
    return products


def _power(matrix: Numbers, exponent: float) -> Numbers:
    """Raise a symmetric matrix to a power on the space that it does not send to zero."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > _ZERO * values.max()
    powers = np.where(kept, np.where(kept, values, 1.0) ** exponent, 0.0)
    raised: Numbers = (vectors * powers) @ vectors.T
    return raised
