"""Use cases of an audit."""
