"""Handing messages over: what a message is, where it goes, and what the other side says."""
