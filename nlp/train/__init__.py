"""How the reader in nlp/model is made. Start with nlp/train/__main__.py."""
