"""The image's health check: ends with 0 if this container's service is ready, else with 1 and the reason.

Standard library only and none of the service's modules: it is started every few seconds, and must not cost what
importing NumPy costs. Not urllib, which would take a proxy from the environment to reach this very container.
"""

import http.client
import os
import sys

READY = "/health/ready"
TIMEOUT_SECONDS = 2.0
REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (an address to translate, not one to listen on)
"""Where a service is asked that listens on every address."""


def problem(host: str, port: int) -> str | None:
    """Say what is wrong with the service at this address; ``None`` if it is ready."""
    connection = http.client.HTTPConnection(REACHED_AT.get(host, host), port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", READY)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"no answer from port {port}: {error}"
    finally:
        connection.close()
    return None if status == http.client.OK else f"{READY} on port {port} answers {status}"


if __name__ == "__main__":
    sys.exit(problem(os.environ["CHAINRULE_HOST"], int(os.environ["CHAINRULE_PORT"])))
