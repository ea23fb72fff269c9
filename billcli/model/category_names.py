"""The dimensions of customer groups, apart from the models so that reports need no pydantic."""

from __future__ import annotations

DIMENSIONS = ("industry", "region", "size", "segment")
"""Where two groups of a customer give a default, the later dimension wins."""

NONE = "(none)"
"""How what stands nowhere in a dimension is shown, asked for, and named in rules."""
