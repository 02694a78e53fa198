"""Compressed files as streams: told by their first bytes, unpacked in bounded memory, packed while they are written."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, cast

from weibo_nlp.errors import DataError
from weibo_nlp.io.limits import UNPACKED_BYTES, UNPACKED_RATIO, UNPACKING_BYTES

Compression = Literal["gz", "bz2", "xz", "zst"]

SUFFIXES: dict[str, Compression] = {
    ".gz": "gz",
    ".gzip": "gz",
    ".bz2": "bz2",
    ".xz": "xz",
    ".zst": "zst",
    ".zstd": "zst",
}
WRITTEN: dict[str, Compression] = {".gz": "gz", ".zst": "zst"}
"""Suffixes of what can be written compressed: the one that everything reads, and the one that is fast."""
_MAGIC: dict[bytes, Compression] = {
    rb"\x1f\x8b\x08": "gz",
    rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)": "bz2",  # the first block, or the end of none
    rb"\xfd7zXZ\x00": "xz",
    rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18": "zst",
}
_PIECE = 1024 * 1024
_ZSTD_PIECE = 1024
"""Bytes that a frame takes at once: four of them may unpack to 128 KiB, and so much comes out at once."""


def compression_of(head: bytes) -> Compression | None:
    """Compression that a file's first bytes tell of; None where they tell of none."""
    return next((name for magic, name in _MAGIC.items() if re.match(magic, head)), None)


def without_compression_suffix(path: Path) -> Path:
    """Path without a suffix that stands for a compression: ``posts.csv`` of ``posts.csv.gz``."""
    return path.with_suffix("") if path.suffix.lower() in SUFFIXES else path


def unpacked(handle: BinaryIO, compression: Compression | None, path: Path) -> BinaryIO:
    """Stream of what a compressed file unpacks to.

    Parameters
    ----------
    handle : binary file
        Open at its beginning.
    compression : {"gz", "bz2", "xz", "zst"}, optional
        How it is compressed; of a file that is not, the handle itself comes back.
    path : Path
        The file, for messages.

    Returns
    -------
    BinaryIO
        Its `read` raises DataError where the file is damaged or broken off, or unpacks to more than ``UNPACKED_RATIO``
        times what was read of it.
    """
    if compression is None:
        return handle
    return cast(BinaryIO, io.BufferedReader(_Unpacked(handle, compression, path), _PIECE))


class _Unpacked(io.RawIOBase):
    """Reads on from a decompressor, and looks at how much comes out of how little."""

    def __init__(self, handle: BinaryIO, compression: Compression, path: Path) -> None:
        self._handle, self._path, self._compression = handle, path, compression
        self._stream = _decompressor(handle, compression)
        self._n_bytes = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._stream.read(min(len(buffer), _PIECE))
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, _zstd().ZstdError) as error:
            what = str(error) or type(error).__name__
            raise DataError(
                f"{self._path}: cannot be unpacked ({self._compression}: {what}). Download or copy the file again."
            ) from error
        self._n_bytes += len(piece)
        if self._n_bytes > max(UNPACKED_BYTES, UNPACKED_RATIO * self._handle.tell()):
            raise DataError(
                f"{self._path}: unpacks to more than {UNPACKED_RATIO} times its size; unpack it yourself if that is "
                "meant, and give what comes out."
            )
        buffer[: len(piece)] = piece
        return len(piece)


def _decompressor(handle: BinaryIO, compression: Compression) -> Any:
    if compression == "gz":
        return gzip.GzipFile(fileobj=handle, mode="rb")
    if compression == "bz2":
        return bz2.BZ2File(handle)
    if compression == "xz":
        return _Xz(handle)
    return _Zst(handle)


class _Xz:
    """Reads stream after stream in the memory that is allowed: a file may ask for four gigabytes at its beginning."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=UNPACKING_BYTES)

    def read(self, size: int) -> bytes:
        while True:
            if self._decompressor.eof:
                rest = self._decompressor.unused_data or self._handle.read(_PIECE)
                rest = rest.lstrip(b"\0")  # streams may have padding between them
                if not rest:
                    return b""
                self._decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=UNPACKING_BYTES)
            elif self._decompressor.needs_input:
                if not (rest := self._handle.read(_PIECE)):
                    raise EOFError("the file breaks off")
            else:
                rest = b""
            if piece := self._decompressor.decompress(rest, size):
                return piece


class _Zst:
    """Reads frame after frame; the library's own stream says nothing of a file that breaks off inside one."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._frame: Any = None
        self._out = b""

    def read(self, size: int) -> bytes:
        rest = b""
        while not self._out:
            if self._frame is None or self._frame.eof:
                # What is behind the end of a frame begins another.
                rest = (b"" if self._frame is None else self._frame.unused_data) or self._handle.read(_ZSTD_PIECE)
                if not rest:
                    return b""
                self._frame = _zstd().ZstdDecompressor(max_window_size=UNPACKING_BYTES).decompressobj()
            elif not (rest := self._handle.read(_ZSTD_PIECE)):
                raise EOFError("the file breaks off")
            self._out = self._frame.decompress(rest)
        piece, self._out = self._out[:size], self._out[size:]
        return piece


def _zstd() -> Any:
    import zstandard

    return zstandard


@contextmanager
def packed(path: Path, compression: Compression | None) -> Iterator[IO[bytes]]:
    """Open a file for writing what is compressed on its way; equal contents make equal files."""
    with path.open("wb") as handle:
        if compression is None:
            yield handle
        elif compression == "gz":
            with gzip.GzipFile("", "wb", fileobj=handle, mtime=0) as zipped:
                yield cast("IO[bytes]", _Sink(zipped))
        elif compression == "zst":
            with _zstd().ZstdCompressor(write_checksum=True).stream_writer(handle, closefd=False) as zipped:
                yield cast("IO[bytes]", _Sink(zipped))
        else:
            raise ValueError(f"{compression} is not written; {', '.join(WRITTEN.values())} are.")


class _Sink(io.RawIOBase):
    """What is written to it goes on to a compressor; tells, as Parquet needs, how much that was before compression."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._n_bytes = stream, 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._stream.write(data)
        n = memoryview(data).nbytes
        self._n_bytes += n
        return n

    def tell(self) -> int:
        return self._n_bytes
