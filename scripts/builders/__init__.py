"""Writes the client's builders from the service's classes: one for each layer, loss, metric and so on."""
