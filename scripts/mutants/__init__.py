"""Mutation testing of the formulas: ``make mutants``."""
