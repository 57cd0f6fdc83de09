"""Read what an address asks for after its question mark."""

from http import HTTPStatus

from flask import abort, request

#: The largest number of a row whose table counts in whole numbers of 32 bits.
LARGEST = 2**31 - 1


def asked_number(name: str, most: int = LARGEST) -> int | None:
    """Give a whole number that the address asks for; None where it names none.

    One below 0 or above `most` is no row's number, and the database could not even look for it: 404.
    """
    found = request.args.get(name, type=int)
    if found is not None and not 0 <= found <= most:
        abort(HTTPStatus.NOT_FOUND)
    return found
