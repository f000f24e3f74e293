"""Writes objects with masks, by pydicom and numpy, into a folder; prints what each marks, as JSON."""
import gzip
import json
import struct
import sys
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.encaps import encapsulate
from pydicom.pixel_data_handlers.rle_handler import rle_encode_frame
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, RLELossless

FOLDER = Path(sys.argv[1])
SERIES = "1.2.3.2"


def item(**values):
    made = Dataset()
    for name, value in values.items():
        if name == "add_later":
            # Too long for an explicit DS.
            made.add_new(0x30060050, "UN", value)
            continue
        setattr(made, name, Sequence(value) if name.endswith("Sequence") else value)
    return made


def save(name, made, sop_class, syntax=ExplicitVRLittleEndian):
    made.SOPClassUID, made.SOPInstanceUID, made.SeriesInstanceUID, made.StudyInstanceUID = sop_class, "1.2.9.1", "1.2.9.2", "1.2.3.1"
    made.PatientID = "MRN4455667"
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID = sop_class, "1.2.9.1", syntax
    made.file_meta = meta
    made.save_as(FOLDER / name, enforce_file_format=True) if hasattr(made, "set_pixel_data") else made.save_as(FOLDER / name, write_like_original=False)


def structure_set(name, regions):
    """regions: (name, [(sop or None, points)])"""
    made = item(
        Modality="RTSTRUCT",
        ReferencedFrameOfReferenceSequence=[item(
            FrameOfReferenceUID="1.2.3.9",
            RTReferencedStudySequence=[item(ReferencedSOPClassUID="1.2.3", ReferencedSOPInstanceUID="1.2.3.1",
                                            RTReferencedSeriesSequence=[item(SeriesInstanceUID=SERIES)])])],
        StructureSetROISequence=[item(ROINumber=i + 1, ROIName=name, ReferencedFrameOfReferenceUID="1.2.3.9") for i, (name, _) in enumerate(regions)],
        ROIContourSequence=[item(ReferencedROINumber=i + 1, ContourSequence=[
            item(ContourGeometricType="CLOSED_PLANAR", **contour_data(points),
                 **({"ContourImageSequence": [item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=sop)]} if sop else {}))
            for sop, points in contours]) for i, (_, contours) in enumerate(regions)])
    save(name, made, "1.2.840.10008.5.1.4.1.1.481.3")


def contour_data(points):
    if isinstance(points, bytes):
        return {"add_later": points}
    return {"NumberOfContourPoints": len(points) // 3, "ContourData": points}


def square(low, high, z):
    return [low, low, z, high, low, z, high, high, z, low, high, z]


def segmentation(name, frames, kind="BINARY", announced=None, cut=0, syntax=ExplicitVRLittleEndian):
    """frames: (segment, sop, z, array of 0..255)"""
    rows, columns = frames[0][3].shape
    made = item(
        Modality="SEG", SegmentationType=kind, Rows=rows, Columns=columns, NumberOfFrames=announced or len(frames), SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2", PixelRepresentation=0,
        ReferencedSeriesSequence=[item(SeriesInstanceUID=SERIES)],
        SegmentSequence=[item(SegmentNumber=1, SegmentLabel="lesion"), item(SegmentNumber=2, SegmentLabel="lung")],
        SharedFunctionalGroupsSequence=[item(PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])])],
        PerFrameFunctionalGroupsSequence=[item(
            SegmentIdentificationSequence=[item(ReferencedSegmentNumber=segment)],
            PlanePositionSequence=[item(ImagePositionPatient=[-100, -90.5, z])],
            **({"DerivationImageSequence": [item(SourceImageSequence=[item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=sop)])]} if sop else {}))
            for segment, sop, z, _ in frames])
    stack = np.stack([array for *_, array in frames])
    if kind == "BINARY":
        made.BitsAllocated, made.BitsStored, made.HighBit = 1, 1, 0
        data = np.packbits((stack > 0).ravel(), bitorder="little").tobytes()
    else:
        made.BitsAllocated, made.BitsStored, made.HighBit, made.MaximumFractionalValue = 8, 8, 7, 200
        data = stack.astype(np.uint8).tobytes()
    data = data[:len(data) - cut]
    made.PixelData = encapsulate([rle_encode_frame(frame) for frame in stack.astype(np.uint8)]) if syntax == RLELossless else data + b"\0" * (len(data) % 2)
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = syntax == RLELossless
    save(name, made, "1.2.840.10008.5.1.4.1.1.66.4", syntax)


TYPES = {"uint8": (2, 8), "int16": (4, 16), "int32": (8, 32), "float32": (16, 32), "float64": (64, 64), "int8": (256, 8), "uint16": (512, 16), "uint32": (768, 32)}


def nifti2(name, voxels, affine, slope=0.0, intercept=0.0, order="<", quaternion=None, dims=None, offset=544, magic=b"n+2\0\r\n\x1a\n"):
    header = bytearray(540)
    struct.pack_into(order + "i8s", header, 0, 540, magic)
    struct.pack_into(order + "hh8q", header, 12, *TYPES[str(voxels.dtype)], 3, *(dims or voxels.shape), 1, 1, 1, 1)
    struct.pack_into(order + "qdd", header, 168, offset, slope, intercept)
    header[240:252] = b"Wrenfell^Ott"
    struct.pack_into(order + "i", header, 500, 2)
    if quaternion:
        b, c, d, qfac, zooms, origin = quaternion
        struct.pack_into(order + "4d", header, 104, qfac, *zooms)
        struct.pack_into(order + "ii6d", header, 344, 1, 0, b, c, d, *origin)
    else:
        struct.pack_into(order + "ii", header, 344, 0, 1)
        struct.pack_into(order + "12d", header, 400, *np.asarray(affine, float).ravel())
    data = bytes(header) + bytes(offset - 540) + voxels.astype(voxels.dtype.newbyteorder(order)).tobytes(order="F")
    (FOLDER / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)


def nifti(name, voxels, affine, slope=0.0, intercept=0.0, order="<", quaternion=None, dims=None, units=2):
    """voxels: array indexed (first, second, third); affine: 3 x 4, RAS."""
    code, bits = TYPES[str(voxels.dtype)]
    header = bytearray(348)
    struct.pack_into(order + "i", header, 0, 348)
    struct.pack_into(order + "8h", header, 40, 3, *(dims or voxels.shape), 1, 1, 1, 1)
    struct.pack_into(order + "hh", header, 70, code, bits)
    struct.pack_into(order + "f", header, 108, 352)
    struct.pack_into(order + "ff", header, 112, slope, intercept)
    header[123] = units
    header[148:160] = b"Wrenfell^Ott"
    if quaternion:
        b, c, d, qfac, zooms, offset = quaternion
        struct.pack_into(order + "8f", header, 76, qfac, *zooms, 0, 0, 0, 0)
        struct.pack_into(order + "hh", header, 252, 1, 0)
        struct.pack_into(order + "6f", header, 256, b, c, d, *offset)
    else:
        struct.pack_into(order + "hh", header, 252, 0, 1)
        struct.pack_into(order + "12f", header, 280, *np.asarray(affine, float).ravel())
    header[344:348] = b"n+1\0"
    data = bytes(header) + b"\0\0\0\0" + voxels.astype(voxels.dtype.newbyteorder(order)).tobytes(order="F")
    (FOLDER / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)


def bits(array):
    return "".join("1" if value else "0" for value in np.asarray(array).ravel())


random = np.random.default_rng(11)
expected = {}

structure_set("rt.dcm", [
    ("GTV-1", [("1.2.3.4", square(-99.7, -97.2, 10.0)), ("1.2.3.4", square(-99.2, -98.2, 10.0)), (None, square(-99.0, -98.0, 12.5)), (None, square(-98.6, -98.4, 12.5))]),
    ("Heart", [("1.2.3.5", square(-95, -90, 15.0))])])
structure_set("rt-nan.dcm", [("GTV-1", [("1.2.3.4", square(0, 100, 0))])])
path = FOLDER / "rt-nan.dcm"
path.write_bytes(path.read_bytes().replace(b"\\100.0\\", b"\\  NaN\\", 1))
structure_set("rt-many.dcm", [("GTV-1", [("1.2.3.4", b"1\\" * 900_000 + b"1\\1\\1 ")] * 4)])
structure_set("rt-none.dcm", [("GTV-1", [])])

arrays = [random.integers(0, 2, (5, 7)) for _ in range(4)]
segmentation("seg.dcm", [(1, "1.2.3.4", 10, arrays[0]), (2, "1.2.3.4", 10, arrays[1]), (1, None, 12.5, arrays[2]), (2, "1.2.3.5", 15, arrays[3])])
expected["seg"] = [bits(array) for array in arrays]
fractions = random.integers(0, 201, (5, 7))
segmentation("seg-fractional.dcm", [(1, "1.2.3.4", 10, fractions)], kind="FRACTIONAL")
expected["fractional"] = bits(fractions >= 100)
segmentation("seg-deflated.dcm", [(1, "1.2.3.4", 10, arrays[0]), (2, "1.2.3.4", 10, arrays[1]), (1, None, 12.5, arrays[2]), (2, "1.2.3.5", 15, arrays[3])],
             syntax=DeflatedExplicitVRLittleEndian)
segmentation("seg-fractional-rle.dcm", [(1, "1.2.3.4", 10, fractions), (1, "1.2.3.5", 15, 200 - fractions)], kind="FRACTIONAL", syntax=RLELossless)
expected["fractional-rle"] = [bits(fractions >= 100), bits(200 - fractions >= 100)]
# Run-length coding (PS3.5 annex G) is of bytes; bits in it are refused.
segmentation("seg-rle-bits.dcm", [(1, "1.2.3.4", 10, arrays[0])], syntax=RLELossless)
segmentation("seg-frames.dcm", [(1, "1.2.3.4", 10, arrays[0])], announced=3)
segmentation("seg-short.dcm", [(1, "1.2.3.4", 10, arrays[0])] * 4, cut=4)

# Second axis to the left, first to the front: neither as DICOM has it.
lying = [[0, -0.75, 0, 30], [0.5, 0, 0, -40], [0, 0, 2.5, 7]]
volume = random.integers(-1024, 1500, (4, 3, 5)).astype(np.int16)
for name, type_, slope, intercept, order in [
        ("int16.nii.gz", "int16", 0, 0, "<"), ("uint16.nii", "uint16", 1, -1024, ">"), ("float32.nii.gz", "float32", 0.5, 3, "<"), ("int32.nii", "int32", 0, 0, ">"), ("float64.nii", "float64", 0, 0, "<")]:
    stored = ((volume - intercept) / (slope or 1)).astype(type_)
    nifti(name, stored, lying, slope, intercept, order)

    nifti2("two-" + name, stored, lying, slope, intercept, order)

slices = []
for k in range(5):
    # RAS to LPS; then the columns are to go left (+x) and the rows back (+y).
    rows = np.zeros((4, 3), int)
    for i in range(4):
        for j in range(3):
            x, y = -(-0.75 * j + 30), -(0.5 * i - 40)
            rows[round((y - 38.5) / 0.5), round((x + 30) / 0.75)] = volume[i, j, k]
    slices.append({"position": [-30.0, 38.5, 7 + 2.5 * k], "units": rows.ravel().tolist()})
expected["volume"] = {"rows": 4, "columns": 3, "spacing": [0.5, 0.75, 2.5], "orientation": [1, 0, 0, 0, 1, 0], "slices": slices}
# Half a turn about z, and so the quaternion (0, 0, 0, 1): the first two axes change their signs.
nifti("turned.nii", volume, None, quaternion=(0, 0, 1, 1, (0.5, 0.75, 2.5), (10, 20, 30)))
nifti2("two-turned.nii", volume, None, quaternion=(0, 0, 1, 1, (0.5, 0.75, 2.5), (10, 20, 30)), offset=560, order=">")
nifti2("two-long.nii", volume, lying, dims=(1 << 40, 3, 5))
nifti2("two-negative.nii", volume, lying, dims=(4, -(1 << 62), 5))
nifti2("two-early.nii.gz", volume, lying, offset=540)
path = FOLDER / "two-early.nii.gz"
early = bytearray(gzip.decompress(path.read_bytes()))
struct.pack_into("<q", early, 168, 352)
path.write_bytes(gzip.compress(bytes(early)))
nifti2("two-translated.nii", volume, lying, magic=b"n+2\0\n\n\x1a\n")
(FOLDER / "two-cut.nii").write_bytes((FOLDER / "two-turned.nii").read_bytes()[:500])
expected["turned"] = {"position": [-10.0, -20.0, 30.0], "spacing": [0.75, 0.5, 2.5], "first": volume[:, :, 0].T.ravel().tolist()}

marks = np.zeros((4, 3, 5), np.uint8)
marks[1, 2, 3] = 4
nifti("mask.nii.gz", marks, lying)
nifti("empty.nii.gz", np.zeros((4, 3, 5), np.uint8), lying)
nifti("coronal.nii", volume, [[-1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0]])
nifti("sheared.nii", volume, [[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
nifti("metres.nii", volume, lying, units=1)
nifti("lying-more.nii", volume, lying, dims=(4, 3, 6))
nifti("lying-less.nii.gz", volume, lying, dims=(4, 3, 4))
nifti("negative.nii", volume, lying, dims=(4, -3, 5))
nifti("huge.nii", volume, lying, dims=(32000, 32000, 32000))
nifti("not-ct.nii.gz", np.abs(volume), lying)
nifti("nan.nii", np.where(volume == volume[0, 0, 2], np.nan, volume).astype(np.float32), lying)
nifti("bomb.nii.gz", np.zeros((4, 4, 1), np.int16), lying, dims=(4096, 4096, 400))
path = FOLDER / "bomb.nii.gz"
whole = gzip.decompress(path.read_bytes())
with gzip.open(path, "wb", compresslevel=6) as file:
    file.write(whole)
    for _ in range(96):
        file.write(b"\0" * (1 << 20))
print(json.dumps(expected))
