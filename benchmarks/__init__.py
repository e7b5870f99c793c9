"""Questions about speed, a script each. Every script prints a table of ratios measured side by side in one run."""
