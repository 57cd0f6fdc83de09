"""`python -m registration.service`: start the service and stay until it is stopped."""

import sys

from registration.service.runner import main

if __name__ == "__main__":
    sys.exit(main())
