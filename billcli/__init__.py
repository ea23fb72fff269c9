"""bill: accounts receivable over plain-text ledgers."""

from __future__ import annotations

__version__ = "0.1.0"
