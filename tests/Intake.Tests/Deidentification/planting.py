"""Makes CT objects with identifying strings in many places, and the answer key for them. All names and numbers are invented.

    planting.py FOLDER KEY
"""
import csv
import datetime
import os
import random
import sys
import warnings

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

warnings.simplefilter("ignore")
FAMILY = ["Okonkwo-Brühl", "D'Ambrosio", "Lindqvist", "Ng", "Müller", "van der Zwaluw", "Kowalczyk", "Sánchez Ibáñez", "West", "Thistlewood", "Иванченко", "山田"]
GIVEN = ["Aurelio", "Bríd", "Cosima", "Dmitri", "Eun-ji", "Fenella", "Gaspard", "Hülya", "Ignatius", "Juniper", "Анна", "太郎"]
WORDS = ["Thorax", "CHEST CT", "follow-up", "LUNG 1.5 B70f", "w/o contrast", "nodule RUL 8 mm", "HRCT", "low dose", "CAP 5.0 I30f"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


class Person:
    def __init__(self, number, rng):
        self.family, self.given = FAMILY[number], GIVEN[number]
        self.id = rng.choice([f"MRN-{rng.randrange(10**6, 10**7)}", f"{rng.randrange(10**7, 10**8)}", f"Q{rng.randrange(10**5, 10**6)}/X", f"HN {rng.randrange(10**6, 10**7)}"])
        self.physician = rng.choice(["Abernethy^Rosalind^^Dr", "Castellanos^Ximena", "Quarrington^Piers^L"])
        self.phone = f"+41 22 {rng.randrange(100, 999)} {rng.randrange(10, 99)} {rng.randrange(10, 99)}"
        self.street = rng.choice(["14 Pellworm Street", "Via Castagnola 27", "Rosenweg 3", "221 Ballantrae Crescent"])
        self.born = datetime.date(rng.randrange(1930, 2000), rng.randrange(1, 13), rng.randrange(1, 29))
        self.study = datetime.date(rng.randrange(2005, 2024), rng.randrange(1, 13), rng.randrange(1, 29))
        self.accession = f"A{rng.randrange(10**7, 10**8)}"
        self.age = rng.choice(["045Y", "089Y", "093Y", "008M", "101Y"])


def sentences(person, rng):
    """Texts with something identifying, what must go, and what must stay."""
    family, given, day = person.family, person.given, person.study
    last, first = person.physician.split("^")[0], person.physician.split("^")[1]
    stays, word = rng.choice(WORDS), rng.choice(WORDS)
    return [
        (f"{stays} {family}", [family], [stays]),
        (f"{given} {family}: {stays}", [family, f"{given} {family}"], [stays]),
        (f"{stays}, {family.upper()}, {given.upper()}, {word}", [family], [stays, word]),
        (f"{stays} ID {person.id}", [person.id], [stays]),
        (f"{stays} ({person.accession})", [person.accession], [stays]),
        (f"{stays} {day.isoformat()}", [day.isoformat()], [stays]),
        (f"{stays} on {day.strftime('%d/%m/%Y')} {word}", [day.strftime("%d/%m/%Y")], [stays, word]),
        (f"{stays} {day.day} {MONTHS[day.month - 1]} {day.year}", [f"{day.day} {MONTHS[day.month - 1]} {day.year}"], [stays]),
        (f"{stays} DOB {person.born.strftime('%d.%m.%Y')}", [person.born.strftime("%d.%m.%Y")], [stays]),
        (f"{stays} {person.born.strftime('%Y%m%d')}", [person.born.strftime("%Y%m%d")], [stays]),
        (f"{stays} call {person.phone}", [person.phone], [stays]),
        (f"{stays} home: {person.street}", [person.street], [stays]),
        (f"{stays} Dr. {last}", [last], [stays]),
        (f"{stays} read by {first} {last}", [last], [stays]),
        (f"{stays} at Clinique des Trois-Chênes", ["Trois-Chênes"], [stays]),
        (f"{stays} contact r.abernethy@trois-chenes.example", ["r.abernethy@trois-chenes.example"], [stays]),
        (f"{stays} SSN 123-45-6789", ["123-45-6789"], [stays]),
        (f"{stays} Mrs Featherstonehaugh", ["Featherstonehaugh"], [stays]),
        (f"{stays} Prof. Hollingberry", ["Hollingberry"], [stays]),
        (f"{stays} {word}", [], [stays, word]),
    ]


def base(person, rng, number):
    uid = generate_uid(entropy_srcs=[person.id, str(number)])
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = rng.choice([ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    d = FileDataset("", {}, file_meta=meta, preamble=(person.id + " " * 128)[:128].encode())
    d.is_little_endian, d.is_implicit_VR = True, meta.TransferSyntaxUID == ImplicitVRLittleEndian
    d.SpecificCharacterSet = "ISO_IR 192"
    d.SOPClassUID, d.SOPInstanceUID = meta.MediaStorageSOPClassUID, uid
    d.StudyInstanceUID = generate_uid(entropy_srcs=[person.id, "study"])
    d.SeriesInstanceUID = generate_uid(entropy_srcs=[person.id, "series"])
    d.FrameOfReferenceUID = generate_uid(entropy_srcs=[person.id, "frame"])
    d.PatientName, d.PatientID = f"{person.family}^{person.given}", person.id
    d.PatientBirthDate, d.PatientSex, d.PatientAge = person.born.strftime("%Y%m%d"), "F", person.age
    d.PatientSize, d.PatientWeight = "1.68", "71.5"
    d.StudyDate = d.SeriesDate = d.ContentDate = person.study.strftime("%Y%m%d")
    d.AcquisitionDateTime = person.study.strftime("%Y%m%d") + "093015.120000+0100"
    d.StudyTime = d.ContentTime = "093015"
    d.AccessionNumber, d.StudyID = person.accession, person.accession[-5:]
    d.Modality, d.Manufacturer, d.ManufacturerModelName = "CT", "SIEMENS", "SOMATOM Force"
    d.InstitutionName, d.InstitutionAddress = "Clinique des Trois-Chênes", person.street
    d.InstitutionalDepartmentName = "Radiologie Pavillon Meurisse"
    d.ReferringPhysicianName, d.OperatorsName = person.physician, "Wolstenholme^Edith"
    d.StationName, d.DeviceSerialNumber, d.SoftwareVersions = "CTAWP7", "73421", "syngo CT VB20A"
    d.PatientAddress, d.PatientTelephoneNumbers, d.OtherPatientNames = person.street, person.phone, f"{person.family}^{person.given[:3]}"
    d.ImageType, d.BodyPartExamined, d.PatientPosition = ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"], "CHEST", "HFS"
    d.KVP, d.SliceThickness, d.ConvolutionKernel, d.SeriesNumber, d.InstanceNumber = "120", "1.5", "B70f", "2", str(number + 1)
    d.ImagePositionPatient, d.ImageOrientationPatient = ["-150", "-150", str(-1.5 * number)], ["1", "0", "0", "0", "1", "0"]
    d.SamplesPerPixel, d.PhotometricInterpretation, d.Rows, d.Columns, d.PixelSpacing = 1, "MONOCHROME2", 4, 4, ["0.7", "0.7"]
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 12, 11, 0
    d.RescaleIntercept, d.RescaleSlope, d.RescaleType = "-1024", "1", "HU"
    d.PixelData = bytes(32)
    return d


def nest(d, person, text):
    """Identity and text in sequences, private blocks, overlays, curves and unknown elements."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "24627-2", "LN", f"Chest CT {person.family}"
    inner = Dataset()
    inner.ReferencedSOPClassUID, inner.ReferencedSOPInstanceUID = d.SOPClassUID, d.SOPInstanceUID
    inner.PurposeOfReferenceCodeSequence = Sequence([code])
    d.SourceImageSequence = Sequence([inner])
    request = Dataset()
    request.RequestedProcedureDescription, request.RequestedProcedureID = text, person.accession
    request.ScheduledProcedureStepDescription = "thorax"
    request.ReasonForTheRequestedProcedure = f"cough, seen by {person.physician.split('^')[0]}"
    d.RequestAttributesSequence = Sequence([request])
    changed = Dataset()
    changed.PatientID, changed.PatientName = "OLD-" + person.id, d.PatientName
    original = Dataset()
    original.ModifiedAttributesSequence, original.ModifyingSystem = Sequence([changed]), "PACS Trois-Chênes"
    d.OriginalAttributesSequence = Sequence([original])
    equipment = Dataset()
    equipment.InstitutionName, equipment.Manufacturer, equipment.ContributionDescription = d.InstitutionName, "ACME", text
    equipment.ContributionDateTime = person.study.strftime("%Y%m%d120000")
    d.ContributingEquipmentSequence = Sequence([equipment])
    block = d.private_block(0x0029, "ACME HEADER 1.0", create=True)
    block.add_new(0x10, "LO", f"{person.family}, {person.given}")
    block.add_new(0x11, "UN", f"pid={person.id}".encode())
    block.add_new(0x12, "SQ", Sequence([changed]))
    d.add_new(0x00110012, "LO", "lonely " + person.family)
    d.add_new(0x50000005, "US", 1)
    d.add_new(0x50002500, "LO", person.family)
    d.add_new(0x60000022, "LO", person.family)
    d.add_new(0x60003000, "OW", person.family.encode().ljust(64, b"\0"))
    d.add_new(0x00091002, "UN", person.id.encode())
    d.add_new(0x0018FFF0, "UN", person.family.encode())
    d.add_new(0xFFFCFFFC, "OB", person.family.encode())


def expect(d, person, text, gone, stays):
    for value in {person.family, person.id, person.accession, person.phone, person.street, person.physician.split("^")[0], "Trois-Chênes",
                  "Meurisse", "Wolstenholme", person.born.strftime("%Y%m%d"), person.study.strftime("%Y%m%d"), d.StudyInstanceUID, d.SOPInstanceUID, *gone}:
        yield "text_removed", "", value
    for path in ["SeriesDescription", "ImageComments", "RequestAttributesSequence[0].RequestedProcedureDescription", "ContributingEquipmentSequence[0].ContributionDescription"]:
        for value in stays:
            yield "text_retained", path, value
    kept = ["ImageType", "SOPClassUID", "Modality", "Manufacturer", "ManufacturerModelName", "SoftwareVersions", "StationName", "DeviceSerialNumber", "BodyPartExamined",
            "KVP", "SliceThickness", "ConvolutionKernel", "SeriesNumber", "InstanceNumber", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows",
            "RescaleIntercept", "RescaleSlope", "PatientSex", "PatientSize", "PatientWeight", "StudyTime"]
    for name in kept:
        value = d[name].value
        yield "text_retained", name, "\\".join(str(v) for v in value) if name in ("ImageType", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing") else str(value)
    yield "text_retained", "PatientAge", "089Y" if person.age in ("093Y", "101Y") else person.age
    yield "text_retained", "RequestAttributesSequence[0].ScheduledProcedureStepDescription", "thorax"
    yield "text_retained", "SourceImageSequence[0].PurposeOfReferenceCodeSequence[0].CodeMeaning", "Chest CT"
    for name in ["StudyDate", "SeriesDate", "ContentDate", "AcquisitionDateTime", "ContributingEquipmentSequence[0].ContributionDateTime"]:
        yield "date_shifted", name, ""
    for name in ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SourceImageSequence[0].ReferencedSOPInstanceUID", "MediaStorageSOPInstanceUID"]:
        yield "uid_changed", name, ""
        yield "uid_consistent", name, ""
    for name in ["PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "StudyID", "ReferringPhysicianName"]:
        yield "tag_retained", name, ""
    for name in ["PatientName", "PatientID", "DeidentificationMethod"]:
        yield "text_notnull", name, ""
    yield "text_retained", "PatientIdentityRemoved", "YES"
    yield "patid_consistent", "PatientID", ""


def main(folder, key):
    rng = random.Random(20250115)
    os.makedirs(folder, exist_ok=True)
    with open(key, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["file", "category", "path", "value"])
        for number in range(len(FAMILY)):
            person = Person(number, rng)
            for instance, (text, gone, stays) in enumerate(sentences(person, rng)):
                d = base(person, rng, instance)
                d.SeriesDescription = d.ImageComments = text
                nest(d, person, text)
                name = f"{number:02}-{instance:02}.dcm"
                d.save_as(os.path.join(folder, name), write_like_original=False)
                out.writerows([name, *action] for action in expect(d, person, text, gone, stays))


if __name__ == "__main__":
    main(*sys.argv[1:3])
