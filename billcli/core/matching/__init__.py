"""Which open documents a bank line settles, with reasons: pure functions, the same answer for the same input."""
