"""Writes the pages of the vocabulary from the classes themselves: one for each layer, and one for each other family."""
