"""Reads an 8-bit grey PNG from stdin by zlib and struct alone, checks every chunk's CRC, and says columns, rows and pixels in hex.

Where Pillow is installed, it must read the same.
"""
import io
import struct
import sys
import zlib

data = sys.stdin.buffer.read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
chunks, at = [], 8
while at < len(data):
    (length,) = struct.unpack_from(">I", data, at)
    kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
    (crc,) = struct.unpack_from(">I", data, at + 8 + length)
    assert crc == zlib.crc32(kind + body), kind
    chunks.append((kind, body))
    at += 12 + length
assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"] and chunks[2][1] == b""
columns, rows, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
assert (depth, colour, compression, filtering, interlace) == (8, 0, 0, 0, 0)
raw = zlib.decompress(chunks[1][1])
assert len(raw) == rows * (columns + 1)
lines = [raw[i : i + columns + 1] for i in range(0, len(raw), columns + 1)]
assert all(line[0] == 0 for line in lines)
pixels = b"".join(line[1:] for line in lines)
try:
    from PIL import Image
except ImportError:
    Image = None
if Image is not None:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    assert picture.mode == "L" and picture.size == (columns, rows) and picture.tobytes() == pixels
print(columns, rows, pixels.hex())
