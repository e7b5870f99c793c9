"""The Python client of chainrule, gradients over HTTP."""
