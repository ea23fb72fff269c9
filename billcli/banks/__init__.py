"""Readers of bank statements: bytes of a file to what the bank says, strictly; nothing here knows the ledger."""
