"""What tests of backups use, tests of migrations use too."""

from tests.backup.conftest import empty

__all__ = ["empty"]
