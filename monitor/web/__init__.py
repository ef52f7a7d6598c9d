"""The dashboard. One screen, one file, one template, the same word as in the address.

Start at app.py; who may see what is decided in policy.py and nowhere else.
"""
