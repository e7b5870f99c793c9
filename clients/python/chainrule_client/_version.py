"""The distribution's version, in the one place that the build and ``chainrule_client.__version__`` both read."""

__version__ = "0.1.0"
