"""The arithmetic of `_networks` behind other servers, in environments that have their packages and not ours."""
