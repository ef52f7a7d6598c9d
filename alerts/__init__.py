"""Who is told what, when, how, and with which evidence. Start at decide.py."""
