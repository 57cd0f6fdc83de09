"""The door into the service: `flask` and gunicorn both start here."""

from registration.factory import create_app

app = create_app()
