"""Reads a Store Instances Response with pydicom: "json" or "xml" as argument, the body on standard input.

Writes each attribute as "keyword VR value", items indented, so that both forms of one response come out alike. Every tag must have the
VR, and in XML the keyword, that pydicom's dictionary knows for it.
"""
import sys
import xml.etree.ElementTree as ElementTree

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

NATIVE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"


def from_xml(parent):
    dataset = Dataset()
    for attribute in parent:
        assert attribute.tag == NATIVE + "DicomAttribute", attribute.tag
        tag, vr, keyword = int(attribute.get("tag"), 16), attribute.get("vr"), attribute.get("keyword")
        assert tag_for_keyword(keyword) == tag, keyword
        items = attribute.findall(NATIVE + "Item")
        values = attribute.findall(NATIVE + "Value")
        numbers = [child.get("number") for child in items + values]
        assert numbers == [str(n + 1) for n in range(len(numbers))], numbers
        assert len(items) + len(values) == len(attribute)
        if vr == "SQ":
            dataset.add_new(tag, vr, Sequence([from_xml(item) for item in items]))
        else:
            text = values[0].text if values else ""
            dataset.add_new(tag, vr, int(text) if vr == "US" and text else text)
    return dataset


def show(dataset, depth=0):
    for element in dataset:
        assert dictionary_VR(element.tag) == element.VR, element
        line = "  " * depth + keyword_for_tag(element.tag) + " " + element.VR
        if element.VR == "SQ":
            print(line)
            for item in element.value:
                print("  " * depth + "-")
                show(item, depth + 1)
        else:
            print((line + " " + str(element.value or "")).rstrip())


body = sys.stdin.buffer.read()
if sys.argv[1] == "json":
    show(Dataset.from_json(body.decode()))
else:
    root = ElementTree.fromstring(body)
    assert root.tag == NATIVE + "NativeDicomModel", root.tag
    show(from_xml(root))
