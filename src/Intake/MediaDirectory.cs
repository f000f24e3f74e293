using System.Buffers.Binary;
using System.Text;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake;

/// <summary>What a DICOMDIR lists (PS3.3 F.3): the files of its directory records that are in use.</summary>
internal static class MediaDirectory
{
    private static readonly DicomTag Records = new(0x0004, 0x1220);
    private static readonly DicomTag InUse = new(0x0004, 0x1410);
    private static readonly DicomTag ReferencedFile = new(0x0004, 0x1500);

    /// <summary>Each file's components, as they stand and in order; null where a record's are not of the form that components have.</summary>
    internal static IReadOnlyList<IntakeReference>? FilesOf(DicomDataSet directory)
    {
        var files = new List<IntakeReference>();
        foreach (var record in directory.Items(Records))
        {
            // A patient's, a study's and a series' record reference no file.
            if (IsInUse(record) && record.Bytes(ReferencedFile) is { IsEmpty: false } bytes)
            {
                var file = new IntakeReference(Components(bytes.Span));
                if (!file.IsWithinBounds || files.Count == IntakeReference.MaxFiles)
                {
                    return null;
                }

                files.Add(file);
            }
        }

        return files;
    }

    /// <summary>0 is a record that is out of use (F.3.2.2), and so is the file it references.</summary>
    private static bool IsInUse(DicomDataSet record) =>
        record.Bytes(InUse) is not { Length: sizeof(ushort) } flag || BinaryPrimitives.ReadUInt16LittleEndian(flag.Span) != 0;

    // File names of real media are in whatever encoding their maker's system had.
    private static IReadOnlyList<string> Components(ReadOnlySpan<byte> bytes) =>
        [.. (System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8 : Encoding.Latin1).GetString(bytes).TrimEnd(' ', '\0').Split('\\').Select(part => part.Trim(' '))];
}
