"""Processes and sockets: how the application is run, drained and ended. Knows uvicorn, and nothing of gradients."""
