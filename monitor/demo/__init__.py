"""A bundled sample town on loopback, so that the whole product can be seen at work."""
