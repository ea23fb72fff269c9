"""Use cases of reports: which facts each needs, and who is looked at."""
