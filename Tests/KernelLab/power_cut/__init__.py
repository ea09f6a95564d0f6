"""Cuts the power of a virtual machine, many times; see __main__.py."""
