"""Watches what is said in public about a school. Start at pipeline.py."""
