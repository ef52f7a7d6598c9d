"""A promise of evidence becomes sealed files that prove themselves. Start at capture.py."""
