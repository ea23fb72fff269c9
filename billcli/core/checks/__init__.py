"""Checks: functions from entities or facts to diagnostics that name a file and a path; ``store`` finds line and column."""
