"""The door into the service: `flask` and gunicorn both start here."""

from registration.common.authority import still_invented
from registration.common.log import begin_log
from registration.config import Config
from registration.factory import create_app

config = Config.from_environment()
begin_log(config)
app = create_app(config)
if not config.DEMO and (said := still_invented(config.INSTANCE)):
    app.logger.warning(said)
