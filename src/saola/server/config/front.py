"""What the web server of a machine in front calls: scanned codes, from the published file alone."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saola.server.config.settings")
get_wsgi_application()  # settings, translations, templates; no page of it is served

from django.conf import settings  # noqa: E402 - after Django is set up
from whitenoise import WhiteNoise  # noqa: E402

from saola.server.web.resolver.front import Front  # noqa: E402

FOREVER = 365 * 24 * 3600  # seconds: names hold the hash of what they name
application = WhiteNoise(
    Front(os.environ["SAOLA_FRONT_OF"]), settings.STATIC_ROOT, "static/", max_age=FOREVER
)
