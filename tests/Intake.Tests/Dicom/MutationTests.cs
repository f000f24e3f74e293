using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>Other people's objects with some bytes changed: whatever they become, reading them ends in an outcome and in no exception.</summary>
public sealed class MutationTests
{
    private const int Trials = 12;
    private const int MaxFileBytes = 1 << 20;

    [Fact]
    public void Objects_of_the_zoo_with_bytes_changed_never_stop_the_reader()
    {
        var random = new Random(11);
        foreach (var file in Directory.EnumerateFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var whole = File.ReadAllBytes(file);
            for (var trial = 0; trial < Trials && whole.Length is > 200 and < MaxFileBytes; trial++)
            {
                ReadAll(Mutate(whole, random));
            }
        }
    }

    private static byte[] Mutate(byte[] whole, Random random)
    {
        var changed = random.Next(8) == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
        for (var change = random.Next(1, 8); change > 0 && changed.Length > 200; change--)
        {
            // Mostly in the header, where a byte means more.
            var at = random.Next(132, random.Next(4) == 0 ? changed.Length : Math.Min(changed.Length, 4000));
            changed[at] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(256);
        }

        return changed;
    }

    private static void ReadAll(byte[] file)
    {
        using var stream = new MemoryStream(file);
        if (DicomReader.Open(stream) is not DicomOpening.Opened opened)
        {
            return;
        }

        using var dicom = opened.Object;
        _ = ObjectHeader.Read(dicom.Header);
        var writer = new DicomWriter(Stream.Null);
        writer.WriteHeader(dicom.Header.DataSet, DicomReader.ExplicitLittleEndian);
        writer.End();

        // What GDCM would decode may end its process, and is not for this one.
        if (Codecs.Of(dicom.Header.TransferSyntax) is Codec.Native or Codec.RunLength && ObjectFrames.Open(dicom, "none").Frames is { } frames)
        {
            while (frames.Next() is FrameReading.Frame frame)
            {
                _ = FrameFacts.Of(dicom.Header.DataSet, frame.Decoded.Number, frames.Image.Frames);
            }
        }
        else
        {
            dicom.Finish();
        }
    }
}
