"""The ways by which a letter leaves. Start at contract.py."""
