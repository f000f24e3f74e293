#!/usr/bin/python3
"""An independent reader and writer of Crypt4GH v1, from the specification alone, on libsodium (python3-nacl) and hashlib.

    crypt4gh_peer.py encrypt PUBLIC_HEX...          stdin to stdout
    crypt4gh_peer.py decrypt SECRET_HEX             stdin to stdout; every packet and segment must be as the specification says
    crypt4gh_peer.py public SECRET_HEX              prints the public key
    crypt4gh_peer.py header                         reads a JSON list of packets, writes a header (see craft_header)
    crypt4gh_peer.py write-key PATH SECRET_HEX KDF PASSPHRASE
    crypt4gh_peer.py read-key PATH PASSPHRASE       prints the secret key
    crypt4gh_peer.py vectors FOLDER                 writes the fixed vectors again
"""
import base64
import hashlib
import itertools
import json
import os
import struct
import sys

from nacl import bindings, exceptions

MAGIC = b"crypt4gh"
SEGMENT = 65536
OVERHEAD = 12 + 16
PUBLIC_LABEL = "CRYPT4GH PUBLIC KEY"
PRIVATE_LABEL = "CRYPT4GH PRIVATE KEY"

random_bytes = os.urandom


def seal(key, nonce, clear):
    return bindings.crypto_aead_chacha20poly1305_ietf_encrypt(clear, None, nonce, key)


def unseal(key, nonce, sealed):
    return bindings.crypto_aead_chacha20poly1305_ietf_decrypt(sealed, None, nonce, key)


def public_of(secret):
    return bindings.crypto_scalarmult_base(secret)


def shared_key(mine, theirs, reader, writer):
    return hashlib.blake2b(bindings.crypto_scalarmult(mine, theirs) + reader + writer).digest()[:32]


def packet(payload, reader, writer_secret):
    writer = public_of(writer_secret)
    nonce = random_bytes(12)
    sealed = seal(shared_key(writer_secret, reader, reader, writer), nonce, payload)
    return struct.pack("<II", 4 + 4 + 32 + 12 + len(sealed), 0) + writer + nonce + sealed


def key_payload(data_key, method=0, padding=0):
    return struct.pack("<II", 0, method) + data_key + bytes(padding)


def edit_list_payload(lengths):
    return struct.pack("<II", 1, len(lengths)) + b"".join(struct.pack("<Q", length) for length in lengths)


def header_of(packets):
    return MAGIC + struct.pack("<II", 1, len(packets)) + b"".join(packets)


def body_of(clear, data_key):
    out = bytearray()
    for start in range(0, len(clear), SEGMENT):
        nonce = random_bytes(12)
        out += nonce + seal(data_key, nonce, bytes(clear[start:start + SEGMENT]))
    return bytes(out)


def encrypt(clear, readers):
    data_key, writer = random_bytes(32), random_bytes(32)
    return header_of([packet(key_payload(data_key), reader, writer) for reader in readers]) + body_of(clear, data_key)


def open_packet(raw, secret):
    method = struct.unpack_from("<I", raw, 4)[0]
    assert method == 0, f"packet encryption method {method}"
    writer, nonce, sealed = raw[8:40], raw[40:52], raw[52:]
    try:
        return unseal(shared_key(secret, writer, public_of(secret), writer), nonce, sealed)
    except exceptions.CryptoError:
        return None


def decrypt(file, secret):
    assert file[:8] == MAGIC, "no magic"
    version, count = struct.unpack_from("<II", file, 8)
    assert version == 1, f"version {version}"
    at, keys = 16, []
    for _ in range(count):
        length = struct.unpack_from("<I", file, at)[0]
        payload = open_packet(file[at:at + length], secret)
        at += length
        if payload is not None:
            assert payload[:8] == bytes(8) and len(payload) == 40, "not data encryption parameters"
            keys.append(payload[8:])
    assert len(keys) == 1, f"{len(keys)} data keys for this reader"
    out, nonces = bytearray(), set()
    for start in range(at, len(file), SEGMENT + OVERHEAD):
        segment = file[start:start + SEGMENT + OVERHEAD]
        assert segment[:12] not in nonces, "a nonce was used twice"
        nonces.add(segment[:12])
        out += unseal(keys[0], segment[:12], segment[12:])
    return bytes(out)


def craft_header(packets):
    """Each packet is {"to": hex, "type": "key", "edit-list", "unknown" or "raw", "key": hex, "method": n, "padding": n, "bytes": hex}."""
    made = []
    for wanted in packets:
        if wanted["type"] == "raw":
            made.append(bytes.fromhex(wanted["bytes"]))
            continue
        payload = {
            "key": lambda w: key_payload(bytes.fromhex(w["key"]), w.get("method", 0), w.get("padding", 0)),
            "edit-list": lambda w: edit_list_payload([0, 10]),
            "unknown": lambda w: struct.pack("<I", 7) + bytes(36),
        }[wanted["type"]](wanted)
        made.append(packet(payload, bytes.fromhex(wanted["to"]), random_bytes(32)))
    return header_of(made)


def string(value):
    return struct.pack(">H", len(value)) + value


def derive(kdf, passphrase, salt, rounds):
    if kdf == b"scrypt":
        return hashlib.scrypt(passphrase, salt=salt, n=1 << 14, r=8, p=1, dklen=32)
    return hashlib.pbkdf2_hmac("sha256", passphrase, salt, rounds, dklen=32)


def armour(label, data):
    return f"-----BEGIN {label}-----\n{base64.b64encode(data).decode()}\n-----END {label}-----\n"


def private_key_file(secret, kdf, passphrase):
    data = b"c4gh-v1"
    if kdf == b"none":
        data += string(b"none") + string(b"none") + string(secret)
    else:
        salt, nonce, rounds = random_bytes(16), random_bytes(12), 0 if kdf == b"scrypt" else 1000
        derived = bytes(32) if kdf == b"bcrypt" else derive(kdf, passphrase, salt, rounds)
        data += string(kdf) + string(struct.pack(">I", rounds) + salt) + string(b"chacha20_poly1305")
        data += string(nonce + seal(derived, nonce, secret))
    return armour(PRIVATE_LABEL, data + string(b"a comment"))


def read_key(text, passphrase):
    lines = text.split()
    data = base64.b64decode(text.strip().splitlines()[1])
    assert lines[:4] == f"-----BEGIN {PRIVATE_LABEL}-----".split(), lines[:4]
    assert data[:7] == b"c4gh-v1"
    parts, at = [], 7
    while at < len(data):
        length = struct.unpack_from(">H", data, at)[0]
        parts.append(data[at + 2:at + 2 + length])
        at += 2 + length
    if parts[0] == b"none":
        assert parts[1] == b"none"
        return parts[2]
    kdf, options, cipher, sealed = parts[:4]
    assert cipher == b"chacha20_poly1305"
    derived = derive(kdf, passphrase, options[4:], struct.unpack(">I", options[:4])[0])
    return unseal(derived, sealed[:12], sealed[12:])


def counting_bytes():
    """Randomness for vectors: the same every time, and of no use for anything else."""
    counter = itertools.count()
    return lambda length: hashlib.shake_256(b"scanlock test vector %d" % next(counter)).digest(length)


def pattern(length):
    return bytes((i * 31 + 7) % 251 for i in range(length))


def vectors(folder):
    global random_bytes
    random_bytes = counting_bytes()
    reader, other = random_bytes(32), random_bytes(32)
    opened, refused = [], []

    def write(name, content):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)

    def opens(name, content, length):
        write(name, content)
        opened.append({"file": name, "bytes": length, "sha256": hashlib.sha256(pattern(length)).hexdigest()})

    def refuses(name, content, reason):
        write(name, content)
        refused.append({"file": name, "reason": reason})

    mine = public_of(reader)
    for length in (0, 1, 65535, 65536, 65537):
        opens(f"bytes-{length}.c4gh", encrypt(pattern(length), [mine]), length)
    opens("second-recipient.c4gh", encrypt(pattern(100), [public_of(other), mine]), 100)
    key, second = random_bytes(32), random_bytes(32)
    writer = random_bytes(32)
    opens("padded-packet.c4gh", header_of([packet(key_payload(key, padding=20), mine, writer)]) + body_of(pattern(100), key), 100)
    foreign = struct.pack("<II", 20, 99) + bytes(12)
    opens("packet-of-another-method.c4gh", header_of([foreign, packet(key_payload(key), mine, writer)]) + body_of(pattern(100), key), 100)
    keys = [packet(key_payload(key), mine, writer), packet(key_payload(second), mine, writer)]
    parts = body_of(pattern(SEGMENT), second) + body_of(pattern(2 * SEGMENT)[SEGMENT:], key)
    write("two-data-keys.c4gh", header_of(keys) + parts)
    opened.append({"file": "two-data-keys.c4gh", "bytes": 2 * SEGMENT, "sha256": hashlib.sha256(pattern(2 * SEGMENT)).hexdigest()})

    body = body_of(pattern(100), key)
    refuses("for-another.c4gh", encrypt(pattern(100), [public_of(other)]), "not-for-this-key")
    edited = [packet(key_payload(key), mine, writer), packet(edit_list_payload([0, 10]), mine, writer)]
    refuses("edit-list.c4gh", header_of(edited) + body, "edit-list")
    refuses("aead-method.c4gh", header_of([packet(key_payload(key, method=1, padding=8), mine, writer)]) + body, "unsupported-data-encryption")
    zero = struct.pack("<II", 108, 0) + bytes(32) + random_bytes(68)
    refuses("all-zero-writer.c4gh", header_of([zero, packet(key_payload(key), mine, writer)]) + body, "all-zero-shared-secret")
    refuses("version-2.c4gh", MAGIC + struct.pack("<II", 2, 0), "unsupported-version")

    for name, kdf, passphrase in (("clear", b"none", b""), ("scrypt", b"scrypt", b"correct horse"),
                                  ("pbkdf2", b"pbkdf2_hmac_sha256", b"correct horse"), ("bcrypt", b"bcrypt", b"correct horse")):
        write(f"reader-{name}.sec", private_key_file(reader, kdf, passphrase).encode())
    write("reader.pub", armour(PUBLIC_LABEL, mine).encode())
    index = {"reader_secret": reader.hex(), "passphrase": "correct horse", "pattern": "byte i is (i * 31 + 7) mod 251",
             "opened": opened, "refused": refused}
    write("vectors.json", (json.dumps(index, indent=2) + "\n").encode())


def main(verb, *arguments):
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    if verb == "encrypt":
        stdout.write(encrypt(stdin.read(), [bytes.fromhex(key) for key in arguments]))
    elif verb == "decrypt":
        stdout.write(decrypt(stdin.read(), bytes.fromhex(arguments[0])))
    elif verb == "public":
        print(public_of(bytes.fromhex(arguments[0])).hex())
    elif verb == "header":
        stdout.write(craft_header(json.load(stdin)))
    elif verb == "write-key":
        with open(arguments[0], "w", encoding="ascii") as file:
            file.write(private_key_file(bytes.fromhex(arguments[1]), arguments[2].encode(), arguments[3].encode()))
    elif verb == "read-key":
        with open(arguments[0], encoding="ascii") as file:
            print(read_key(file.read(), arguments[1].encode()).hex())
    elif verb == "vectors":
        vectors(arguments[0])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
