"""Everything we remember. Rows stay in here; the rest of the program sees domain types.

Start at store.py; one file for each noun, all of them over database.py.
"""
