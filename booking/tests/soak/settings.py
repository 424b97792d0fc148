"""What worker processes of the soak run with: mail leaves by SMTP, to the sink of the test."""

import os

from project.testing.settings import *  # noqa: F403 - the same but for mail

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["SINK_PORT"])
EMAIL_TIMEOUT = 1
