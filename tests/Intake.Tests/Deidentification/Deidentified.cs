using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Deidentification;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Tests.Deidentification;

/// <summary>Objects through the de-identification, in memory and as files with their pixels as they are.</summary>
internal static class Deidentified
{
    internal static byte[] Key { get; } = [.. Enumerable.Range(1, 32).Select(number => (byte)number)];

    internal static (DicomDataSet DataSet, DeidentificationReport Report) Of(DicomDataSet original, DeidentificationOptions? options = null, byte[]? key = null, bool hasPixels = true) =>
        new Deidentifier(options ?? DeidentificationOptions.All, key ?? Key).Deidentify(original, hasPixels);

    /// <summary>False where the file cannot be read, or does not say what it is.</summary>
    internal static bool Write(string from, string to, DeidentificationOptions? options = null)
    {
        using var input = File.OpenRead(from);
        if (DicomReader.Open(input) is not DicomOpening.Opened { Object: var original })
        {
            return false;
        }

        using (original)
        {
            try
            {
                return original.Header.DataSet.Uid(IdentityTags.SopClass) is not null && Write(original, to, options);
            }
            catch (DicomException)
            {
                return false;
            }
        }
    }

    /// <summary>A data set from lines of tag, type and text.</summary>
    internal static DicomDataSet Set(params (uint Tag, string Vr, string Text)[] elements) => new(elements.Select(element => Element(element.Tag, element.Vr, element.Text)));

    internal static DicomDataSet With(this DicomDataSet set, uint tag, params DicomDataSet[] items)
    {
        set.Set(new DicomSequence(Tag(tag), items));
        return set;
    }

    internal static DicomValue Element(uint tag, string vr, string text) => new(Tag(tag), vr, Encoding.UTF8.GetBytes(text));

    internal static DicomTag Tag(uint tag) => new((ushort)(tag >> 16), (ushort)tag);

    /// <summary>The text of an element without padding; null where there is none.</summary>
    internal static string? Value(this DicomDataSet set, uint tag) =>
        set.Bytes(Tag(tag)) is { } bytes ? Encoding.UTF8.GetString(bytes.Span).TrimEnd(' ', '\0') : null;

    private static bool Write(DicomObject original, string to, DeidentificationOptions? options)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using var output = File.Create(to);
        var writer = new DicomWriter(output);
        var (set, _) = Of(original.Header.DataSet, options, hasPixels: original.Header.Pixels != PixelDataKind.None);
        writer.WriteHeader(set, original.Pixels.IsEncapsulated ? original.Header.TransferSyntax! : DicomReader.ExplicitLittleEndian);
        CopyPixels(original, writer);
        writer.End();
        return true;
    }

    private static void CopyPixels(DicomObject original, DicomWriter writer)
    {
        if (original.Pixels.IsEncapsulated)
        {
            writer.BeginEncapsulatedPixels();
            while (original.Pixels.ReadFragment(64 << 20) is { } fragment)
            {
                writer.WriteFragment(fragment);
            }
        }
        else if (original.Header.Pixels == PixelDataKind.Native)
        {
            var bytes = new byte[original.Pixels.NativeBytesLeft];
            var bits = original.Header.DataSet.Integer(Tag(0x00280100)) ?? 16;
            original.Pixels.ReadNative(bytes);
            if (original.Header.Encoding.BigEndian && bits == 16)
            {
                var words = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan());
                BinaryPrimitives.ReverseEndianness(words, words);
            }

            writer.BeginNativePixels(bytes.Length, bits);
            writer.WritePixels(bytes);
        }
    }
}
