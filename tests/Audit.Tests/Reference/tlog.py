#!/usr/bin/python3
"""Scanlock's audit log, read by someone else: only the published formats, hashlib and PyNaCl.

  tlog.py verify DIR     derives the root from the entries alone and checks it, the tiles and the signature (key: DIR/log.vkey)
  tlog.py vectors        writes the fixed vectors that the tests compare with

Prints what it found as JSON; exit 0 when everything holds.
"""
import base64, hashlib, json, struct, sys
from pathlib import Path

import nacl.exceptions, nacl.signing

EM_DASH = "\u2014"


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def root(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = split(len(hashes))
    return node(root(hashes[:k]), root(hashes[k:]))


def inclusion(m, hashes):
    if len(hashes) == 1:
        return []
    k = split(len(hashes))
    if m < k:
        return inclusion(m, hashes[:k]) + [root(hashes[k:])]
    return inclusion(m - k, hashes[k:]) + [root(hashes[:k])]


def consistency(m, hashes, whole=True):
    if m == len(hashes):
        return [] if whole else [root(hashes)]
    k = split(len(hashes))
    if m <= k:
        return consistency(m, hashes[:k], whole) + [root(hashes[k:])]
    return consistency(m - k, hashes[k:], False) + [root(hashes[:k])]


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def vkey(name, kind, public):
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


def b64(data):
    return base64.b64encode(data).decode()


def number(n):
    text = f"{n % 1000:03d}"
    n //= 1000
    while n:
        text = f"x{n % 1000:03d}/{text}"
        n //= 1000
    return text


def path(prefix, n, width):
    return f"tile/{prefix}/{number(n)}" + (f".p/{width}" if width < 256 else "")


def widths(count):
    """(index, width) of each tile over that many hashes."""
    return [(i, min(256, count - 256 * i)) for i in range((count + 255) // 256)]


def verify(directory):
    name, _, rest = (directory / "log.vkey").read_text().strip().partition("+")
    hash_, _, key = rest.partition("+")
    key = base64.b64decode(key)
    assert key[0] == 1 and len(key) == 33, "the key is not Ed25519"
    assert key_id(name, 1, key[1:]).hex() == hash_, "the key's hash is wrong"

    text, _, signatures = (directory / "checkpoint").read_text().rpartition("\n\n")
    text += "\n"
    origin, size, signed_root = text.split("\n")[:3]
    assert origin == name, "the origin is not the key's name"
    size = int(size)
    signed = False
    for line in signatures.splitlines():
        dash, who, blob = line.split(" ")
        blob = base64.b64decode(blob)
        assert dash == EM_DASH
        if who == name and blob[:4].hex() == hash_:
            nacl.signing.VerifyKey(key[1:]).verify(text.encode(), blob[4:])
            signed = True
    assert signed, "the log did not sign the checkpoint"

    entries = []
    for i, width in widths(size):
        data = (directory / path("entries", i, width)).read_bytes()
        at = 0
        for _ in range(width):
            (length,) = struct.unpack_from(">H", data, at)
            entries.append(data[at + 2 : at + 2 + length])
            assert len(entries[-1]) == length, f"bundle {i} is cut short"
            at += 2 + length
        assert at == len(data), f"bundle {i} holds more than it should"

    hashes = [leaf(e) for e in entries]
    assert b64(root(hashes)) == signed_root, "the entries do not lead to the signed root"
    level, row = 0, hashes
    while row:
        for i, width in widths(len(row)):
            stored = (directory / path(level, i, width)).read_bytes()
            assert stored == b"".join(row[256 * i : 256 * i + width]), f"tile {level}/{i} is not what the level below makes"
        row = [root(row[256 * i : 256 * i + 256]) for i in range(len(row) // 256)]
        level += 1

    for i, entry in enumerate(entries):
        value = json.loads(entry)
        # Nothing in an entry is a fraction and all names are ASCII: for those, this is RFC 8785.
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        assert again == entry, f"entry {i} is not canonical JSON"
    return {"origin": origin, "size": size, "root": signed_root, "entries": [json.loads(e)["id"] for e in entries]}


def vectors():
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    hashes = [leaf(bytes.fromhex(i)) for i in inputs]
    log = nacl.signing.SigningKey(hashlib.sha256(b"a made-up log key").digest())
    witness = nacl.signing.SigningKey(hashlib.sha256(b"a made-up witness key").digest())
    log_public, witness_public = bytes(log.verify_key), bytes(witness.verify_key)
    text = f"log.example/audit\n8\n{b64(root(hashes))}\n"
    line = lambda name, kind, public, sig: f"{EM_DASH} {name} {b64(key_id(name, kind, public) + sig)}\n"
    time = 1790000000
    cosigned = f"cosignature/v1\ntime {time}\n{text}".encode()
    note = (
        text + "\n" + line("log.example/audit", 1, log_public, log.sign(text.encode()).signature)
        + line("witness.example/w", 4, witness_public, struct.pack(">Q", time) + witness.sign(cosigned).signature)
    )
    secret = lambda name, kind, key: (
        f"PRIVATE+KEY+{name}+{key_id(name, kind, bytes(key.verify_key)).hex()}+{b64(bytes([kind]) + bytes(key))}"
    )
    return {
        "inputs": inputs,
        "leaves": [h.hex() for h in hashes],
        "roots": [root(hashes[:n]).hex() for n in range(9)],
        "inclusion": [{"index": m, "size": n, "proof": [h.hex() for h in inclusion(m, hashes[:n])]} for n in range(1, 9) for m in range(n)],
        "consistency": [{"from": m, "to": n, "proof": [h.hex() for h in consistency(m, hashes[:n])]} for n in range(1, 9) for m in range(1, n + 1)],
        "log_secret": secret("log.example/audit", 1, log),
        "log_vkey": vkey("log.example/audit", 1, log_public),
        "witness_secret": secret("witness.example/w", 4, witness),
        "witness_vkey": vkey("witness.example/w", 4, witness_public),
        "cosigned_at": time,
        "checkpoint": note,
    }


if __name__ == "__main__":
    try:
        print(json.dumps(verify(Path(sys.argv[2])) if sys.argv[1] == "verify" else vectors(), indent=1, ensure_ascii=False))
    except (AssertionError, OSError, struct.error, nacl.exceptions.BadSignatureError) as fault:
        print(json.dumps({"fault": f"{type(fault).__name__}: {fault}"}))
        sys.exit(4)
