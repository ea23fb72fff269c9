"""Who is good for it: a score from what really happened, as it was known on a day."""
