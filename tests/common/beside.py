"""A small program that the tests start beside themselves."""

import os
import sys
import threading

from registration.common.apart import GIVES_WAY, give_way, hear


def main(word: str) -> None:
    """Do as the word says."""
    if word in ("fine", "ill"):
        sys.stderr.write(f"{word} by error\n")
        sys.exit(word == "ill")
    if word == "echo":
        give_way()
        beside = "beside" if os.nice(0) >= GIVES_WAY else "before"
        said = sys.stdin.readline().strip()
        sys.stdout.write(f"heard {said}, {beside} the rest\n")
        sys.stdout.flush()
        sys.stdin.read()
    stop = threading.Event()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    hear(stop if word == "asked" else None)
    stop.wait()
    sys.stdout.write("asked to stop\n")
    sys.stdout.flush()
    threading.Event().wait(20)


main(sys.argv[1])
