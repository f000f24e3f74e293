"""Writes a binary Segmentation of a phantom's two slices with pydicom: segment.py FILE SERIES SOP; prints the pixels each frame marks, as JSON.

The first frame is of the image with that SOP instance UID; the second names no image, only where it lies: 10 mm, the second slice.
"""
import json
import sys

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

path, series, sop = sys.argv[1:]
SEG = "1.2.840.10008.5.1.4.1.1.66.4"


def item(**values):
    made = Dataset()
    for name, value in values.items():
        setattr(made, name, Sequence(value) if name.endswith("Sequence") else value)
    return made


def frame(z, image):
    return item(
        SegmentIdentificationSequence=[item(ReferencedSegmentNumber=1)],
        PlanePositionSequence=[item(ImagePositionPatient=[0, 0, z])],
        **({"DerivationImageSequence": [item(SourceImageSequence=[item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=image)])]} if image else {}))


marks = np.zeros((2, 32, 32), np.uint8)
marks[0, 3:5, 10:21] = 1
marks[1, 30, 1:4] = 1
made = item(
    SOPClassUID=SEG, SOPInstanceUID=series + ".77", SeriesInstanceUID=series + ".7", StudyInstanceUID="1.2.826.0.1.3680043.8.498.1",
    PatientID="PHANTOM-0001", PatientName="Nobody^Nemo0001", Modality="SEG", SegmentationType="BINARY",
    Rows=32, Columns=32, NumberOfFrames=2, SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2", PixelRepresentation=0,
    BitsAllocated=1, BitsStored=1, HighBit=0,
    ReferencedSeriesSequence=[item(SeriesInstanceUID=series)],
    SegmentSequence=[item(SegmentNumber=1, SegmentLabel="lesion")],
    SharedFunctionalGroupsSequence=[item(PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])])],
    PerFrameFunctionalGroupsSequence=[frame(5, sop), frame(10, None)])
made.PixelData = np.packbits(marks.ravel(), bitorder="little").tobytes()
made["PixelData"].VR = "OB"
meta = FileMetaDataset()
meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID = SEG, made.SOPInstanceUID, ExplicitVRLittleEndian
made.file_meta, made.is_little_endian, made.is_implicit_VR = meta, True, False
made.save_as(path, write_like_original=False)
print(json.dumps([np.flatnonzero(one).tolist() for one in marks]))
