using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>Writes attributes as the DICOM JSON Model (PS3.18 annex F) and the Native DICOM Model (PS3.19 annex A.1).</summary>
internal static class DicomMedia
{
    private const string Namespace = "http://dicom.nema.org/PS3.19/models/NativeDICOM";

    public static byte[] Json(IReadOnlyList<DicomAttribute> attributes)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            WriteJson(json, attributes);
        }

        return stream.ToArray();
    }

    public static byte[] Xml(IReadOnlyList<DicomAttribute> attributes)
    {
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
        {
            xml.WriteStartElement("NativeDicomModel", Namespace);
            xml.WriteAttributeString("xml", "space", null, "preserve");
            WriteXml(xml, attributes);
            xml.WriteEndElement();
        }

        return stream.ToArray();
    }

    private static void WriteJson(Utf8JsonWriter json, IReadOnlyList<DicomAttribute> attributes)
    {
        json.WriteStartObject();
        foreach (var attribute in attributes)
        {
            json.WriteStartObject(attribute.TagName);
            json.WriteString("vr", attribute.Vr);
            if (attribute.Value is not null || attribute.Items.Count > 0)
            {
                json.WriteStartArray("Value");
                foreach (var item in attribute.Items)
                {
                    WriteJson(json, item);
                }

                WriteJsonValue(json, attribute);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteJsonValue(Utf8JsonWriter json, DicomAttribute attribute)
    {
        if (attribute.Value is null)
        {
            return;
        }

        if (attribute.Vr == "US")
        {
            json.WriteNumberValue(ushort.Parse(attribute.Value, CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteStringValue(attribute.Value);
        }
    }

    private static void WriteXml(XmlWriter xml, IReadOnlyList<DicomAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            xml.WriteStartElement("DicomAttribute", Namespace);
            xml.WriteAttributeString("tag", attribute.TagName);
            xml.WriteAttributeString("vr", attribute.Vr);
            xml.WriteAttributeString("keyword", attribute.Keyword);
            if (attribute.Value is not null)
            {
                xml.WriteStartElement("Value", Namespace);
                xml.WriteAttributeString("number", "1");
                xml.WriteString(attribute.Value);
                xml.WriteEndElement();
            }

            foreach (var (index, item) in attribute.Items.Index())
            {
                xml.WriteStartElement("Item", Namespace);
                xml.WriteAttributeString("number", (index + 1).ToString(CultureInfo.InvariantCulture));
                WriteXml(xml, item);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }
    }
}
