"""Reminders: which invoice is due for which notice, what holds it back, and what a notice says and claims."""
