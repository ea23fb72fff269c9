"""What proves the books: the chain of the audit trail, its history in git, the numbers, the seals, and samples to look at."""
