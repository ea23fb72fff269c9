"""Reports on the state and the past of receivables: one pure module each, from facts to a ``Report``."""
