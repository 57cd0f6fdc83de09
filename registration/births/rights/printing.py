"""The square code on paper that leads a telephone to a page."""

from io import BytesIO

from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.image.svg import SvgPathImage
from qrcode.main import QRCode

#: Modules of white around the code (ISO/IEC 18004 asks for four).
QUIET = 4


def square_code(address: str) -> Markup:
    """Draw an address as a QR code that still reads with a quarter of it soiled, as SVG without a prolog."""
    made = QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET, image_factory=SvgPathImage)
    made.add_data(address)
    kept = BytesIO()
    made.make_image().save(kept)
    drawn = kept.getvalue().decode()
    return Markup(drawn[drawn.index("<svg") :])  # noqa: S704 -- drawn by the library, of an address of our own  # nosec B704
