"""Measures Jenner; see ../README.md."""
