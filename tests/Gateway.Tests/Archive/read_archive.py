"""What DICOM files say, as pydicom reads them.

    read_archive.py FOLDER

Prints JSON: for each file its identifiers, everything its header says as text, and a SHA-256 of its pixels in Hounsfield units (int16, little
endian); null where they are encoded in a way that pydicom alone does not read.
"""
import hashlib
import json
import pathlib
import sys

import numpy
import pydicom
from pydicom.uid import RLELossless


def pixels(data):
    syntax = data.file_meta.TransferSyntaxUID
    if syntax.is_compressed and syntax != RLELossless:
        return None
    units = data.pixel_array.astype(numpy.float64) * float(data.RescaleSlope) + float(data.RescaleIntercept)
    if "PixelPaddingValue" in data:
        units[data.pixel_array == data.PixelPaddingValue] = -1024
    return hashlib.sha256(numpy.round(units).astype("<i2").tobytes()).hexdigest()


def read(path):
    data = pydicom.dcmread(path)
    return {
        "patient": str(data.get("PatientID", "")),
        "name": str(data.get("PatientName", "")),
        "study": str(data.StudyInstanceUID),
        "series": str(data.SeriesInstanceUID),
        "sop": str(data.SOPInstanceUID),
        "removed": str(data.get("PatientIdentityRemoved", "")),
        "number": int(data.InstanceNumber),
        "text": str(data),
        "pixels": pixels(data),
    }


def main(folder):
    json.dump({path.stem: read(path) for path in sorted(pathlib.Path(folder).glob("*.dcm"))}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
