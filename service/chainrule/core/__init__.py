"""The mathematics: pure NumPy functions of their arguments. No HTTP, no I/O, no settings, nothing kept."""
