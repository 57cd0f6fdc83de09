"""What the web server itself has to say, written as everything else is."""

from typing import Any

from gunicorn.glogging import Logger

from registration.common.log import handler_for
from registration.config import Config


class Log(Logger):
    """gunicorn's log, in lines as the settings want them."""

    def setup(self, cfg: Any) -> None:  # noqa: ANN401 -- gunicorn's own
        """Have our handler write what goes wrong in the server."""
        super().setup(cfg)  # type: ignore[no-untyped-call]
        self.error_log.handlers[:] = [handler_for(Config.from_environment())]
