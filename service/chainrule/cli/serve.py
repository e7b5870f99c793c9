"""``chainrule serve``: the service itself."""

from __future__ import annotations

from typing import Annotated

import structlog
import typer

from chainrule.logs import configure_logging
from chainrule.serving.listener import open_listener, url_of
from chainrule.serving.process import share_cores
from chainrule.settings import Settings, SettingsError, load_settings, unread_variables


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="CHAINRULE_HOST")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port; 0 chooses a free one.", show_default="CHAINRULE_PORT")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; as many as cores.", show_default="CHAINRULE_WORKERS")
    ] = None,
) -> None:
    """Answer requests until SIGTERM or Ctrl-C. Everything else is set by CHAINRULE_* variables."""
    try:
        settings = load_settings(host=host, port=port, workers=workers)
    except SettingsError as error:
        typer.echo(f"chainrule cannot start.\n{error}", err=True)
        raise typer.Exit(2) from None
    configure_logging(settings.log_level, settings.log_format)
    for warning in unread_variables():
        structlog.get_logger().warning("unread_variable", detail=warning)
    raise typer.Exit(_listen_and_serve(settings))


def _listen_and_serve(settings: Settings) -> int:
    listeners = []
    for port in (settings.port, settings.admin_port):
        if port is None:
            continue
        try:
            listeners.append(open_listener(settings.host, port))
        except OSError as error:
            typer.echo(f"chainrule cannot listen on {settings.host}:{port}: {error.strerror}", err=True)
            return 1
    url, *admin_url = map(url_of, listeners)
    more = {"admin_url": admin_url[0]} if admin_url else {}
    structlog.get_logger().info("listening", url=url, workers=settings.workers, **more)
    share_cores(settings.workers, settings.threads)
    # Imported late: NumPy has to load with the threads it was just given, and `--version` need not wait for it.
    if settings.workers > 1:
        from chainrule.serving.supervisor import supervise  # noqa: PLC0415

        return supervise(settings, listeners)
    from chainrule.serving.server import serve as serve_alone  # noqa: PLC0415

    serve_alone(settings, listeners)
    return 0
