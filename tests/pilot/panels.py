"""Panels of centres and months for tests, and the values that R gave for them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from registration.pilot.effect.files import read_panel
from registration.pilot.effect.panel import Panel

ORACLE = Path(__file__).parent / "oracle"
R = json.loads((ORACLE / "effect.json").read_text(encoding="utf-8"))


def near(ours, theirs):
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=0)


def read_oracle_panel():
    return read_panel(ORACLE / "panel.csv")


def panel_from(rows, units=None):
    """Make a panel of (centre, month, first live month, families, joined)."""
    starts = {row[0]: row[2] for row in rows}
    index = {name: number for number, name in enumerate(starts)}
    columns = list(zip(*rows, strict=True))
    return Panel(
        centres=list(index),
        starts=list(starts.values()),
        begins=list(starts.values()),
        units=units or list(index),
        centre=np.array([index[name] for name in columns[0]]),
        month=np.array(columns[1]),
        families=np.array(columns[3], dtype=float),
        joined=np.array(columns[4], dtype=float),
    )
