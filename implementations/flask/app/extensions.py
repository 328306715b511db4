"""The extensions of Flask that the application uses."""

from flask_compress import Compress
from flask_cors import CORS
from flask_wtf.csrf import CSRFProtect

# By @compress.compressed() and not for all answers: it changes entity tags,
# and that of a bookmark must match If-Match.
compress = Compress()
cors = CORS(
    resources=[r"/api(/.*)?$", "/healthz", "/readyz"],
    allow_headers=[
        "Authorization",
        "Content-Type",
        "If-Match",
        "If-None-Match",
    ],
    expose_headers=["ETag", "Link", "Location", "Retry-After", "X-Request-ID"],
    always_send=False,
)
csrf = CSRFProtect()
