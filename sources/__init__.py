"""Connectors: one file for each place where people talk. Start at contract.py."""
