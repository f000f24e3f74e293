"""Writes the answer key for the ct-slices set, from its phi.csv and from what training and research need of a CT's header.

    slices_key.py CT_SLICES KEY
"""
import collections
import csv
import os
import re
import sys
import warnings

import pydicom

warnings.simplefilter("ignore")
SAME = """ImageType SOPClassUID Modality Manufacturer StationName PatientSex BodyPartExamined SliceThickness KVP PatientPosition SeriesNumber
InstanceNumber ImagePositionPatient ImageOrientationPatient SliceLocation SamplesPerPixel PhotometricInterpretation Rows Columns PixelSpacing
BitsAllocated BitsStored HighBit PixelRepresentation WindowCenter WindowWidth RescaleIntercept RescaleSlope RescaleType StudyTime
AcquisitionTime PatientAge SpecificCharacterSet""".split()
DESCRIBED = ["StudyDescription", "SeriesDescription", "ProtocolName"]
DATES = ["StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"]
UIDS = ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"]
TYPE2 = ["PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "ReferringPhysicianName", "StudyDate", "StudyTime"]


def value_of(element):
    value = element.value
    return "\\".join(str(part) for part in value) if isinstance(value, (list, pydicom.multival.MultiValue)) else str(value)


def actions(dataset, phi):
    for kind, value in phi:
        if kind != "pixels":
            yield "text_removed", "", value
    for name in TYPE2:
        if name in dataset:
            yield "tag_retained", name, ""
    for name in ["PatientID", "PatientName", *UIDS]:
        if name in dataset:
            yield "text_notnull", name, ""
    for name in SAME:
        if name in dataset:
            yield "text_retained", name, value_of(dataset[name])
    for name in DESCRIBED:
        if name in dataset:
            # What is left of a description is its words that are none of the patient's.
            pattern = "|".join(re.escape(value) for _, value in phi)
            for part in re.split(pattern, str(dataset[name].value)):
                if part.strip(" ,;:-"):
                    yield "text_retained", name, part.strip(" ,;:-")
    for name in DATES:
        if dataset.get(name):
            yield "date_shifted", name, ""
    for name in UIDS:
        if dataset.get(name):
            yield "uid_changed", name, ""
            yield "uid_consistent", name, ""
    yield "uid_changed", "MediaStorageSOPInstanceUID", ""
    yield "patid_consistent", "PatientID", ""


def main(folder, key):
    phi = collections.defaultdict(list)
    with open(os.path.join(folder, "phi.csv"), newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            phi[row["file"]].append((row["kind"], row["value"]))
    with open(key, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["file", "category", "path", "value"])
        for name, values in phi.items():
            dataset = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            out.writerows([name, *action] for action in actions(dataset, values))


if __name__ == "__main__":
    main(*sys.argv[1:3])
