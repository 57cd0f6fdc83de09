"""Published files about places, and the service's own list of centres, as rows of values: docs/reference/files.md."""

from registration.centres.files.centres import CentreFile, CentreRecord, read_centres, read_offices
from registration.centres.files.deprivation import DEPRIVATION_COLUMNS, deprivation_rows
from registration.centres.files.districts import BirthplaceRecord, DistrictRecord, read_birthplaces, read_districts
from registration.centres.files.postcodes import POSTCODE_COLUMNS, postcode_rows

__all__ = [
    "DEPRIVATION_COLUMNS",
    "POSTCODE_COLUMNS",
    "BirthplaceRecord",
    "CentreFile",
    "CentreRecord",
    "DistrictRecord",
    "deprivation_rows",
    "postcode_rows",
    "read_birthplaces",
    "read_centres",
    "read_districts",
    "read_offices",
]
