"""What may happen to a file while it is read, by what the error says of it."""

import os


def _write_over(path):
    content = path.read_bytes()
    with path.open("r+b") as handle:
        handle.write(content[::-1])
    # A clock of a few milliseconds may not have moved since the file was made.
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))


def _replace(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(0, path.stat().st_mtime_ns))
    other.replace(path)


def _append(path):
    with path.open("ab") as handle:
        handle.write(b"\n")


CHANGES = {
    "grew": _append,
    "shrank": lambda path: os.truncate(path, path.stat().st_size - 1),
    "was written to": _write_over,
}
if os.name != "nt":  # where a file that is open can be neither renamed nor removed
    CHANGES |= {"was replaced by another file": _replace, "was removed": lambda path: path.unlink()}
