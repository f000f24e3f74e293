using System.Text;
using Scanlock.Intake.Dicom;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>What is written is what was read, to our own reader and to others.</summary>
public sealed class DicomWriterTests
{
    private static readonly RunLimits Limits = new(TimeSpan.FromMinutes(2), OutputBytes: 64 << 20);

    [Fact]
    public void An_object_written_is_read_as_it_was_whatever_it_was_written_in()
    {
        byte[][] files =
        [
            new TestObject().ToFile(),
            Raw.File("1.2.840.10008.1.2", Raw.Implicit(0x00080016, "1.2\0"), Raw.Implicit(0x00081140, Raw.Item(Raw.Implicit(0x00081150, "1.2\0"))), Raw.Implicit(0x00291001, 7, 7)),
            Raw.File("1.2.840.10008.1.2.2", Raw.Big(0x00080016, "UI", "1.2\0"u8.ToArray()), Raw.Big(0x00280010, "US", 2, 1)),
        ];

        Assert.All(files, file =>
        {
            var first = DicomReaderTests.Header(file);
            var second = DicomReaderTests.Header(Write(first.DataSet));
            Assert.Equal(Lines(first.DataSet), Lines(second.DataSet));
            Assert.Equal((DicomReader.ExplicitLittleEndian, DicomEncoding.ExplicitLittle), (second.TransferSyntax, second.Encoding));
        });
    }

    [Fact]
    public void Values_are_padded_as_their_type_wants_and_long_ones_become_unknown()
    {
        var longText = new byte[70_001];
        longText.AsSpan().Fill((byte)'1');
        var file = Write(new DicomDataSet(
        [
            Text(0x00080018, "UI", "1.2 "), Text(0x00100010, "PN", "ABC\0"), Text(0x00100020, "LO", "X"), new DicomValue(new DicomTag(0x0028, 0x1201), "OW", new byte[] { 1, 2, 3 }),
            new DicomValue(new DicomTag(0x0040, 0xa30a), "DS", longText),
        ]));
        var set = DicomReaderTests.Header(file).DataSet;

        Assert.Equal(["1.2\0", "ABC ", "X ", "\u0001\u0002\u0003\0"], set.Take(4).Select(element => Encoding.Latin1.GetString(((DicomValue)element).Bytes.Span)));
        Assert.True(file.AsSpan().IndexOf("UN\0\0"u8) > 0);
        Assert.Equal(70_002, ((DicomValue)set.Last()).Bytes.Length);
    }

    [Fact]
    public void Nothing_of_the_preamble_the_meta_information_and_group_lengths_goes_on()
    {
        byte[] file =
        [
            .. Enumerable.Repeat((byte)'W', 128), .. "DICM"u8, .. Raw.Explicit(0x00020010, "UI", "1.2.840.10008.1.2.1\0"), .. Raw.Explicit(0x00020016, "AE", "WRENFELL"),
            .. Raw.Explicit(0x00080000, "UL", 1, 0, 0, 0), .. Raw.Explicit(0x00080016, "UI", "1.2\0"),
        ];
        var written = Write(DicomReaderTests.Header(file).DataSet);

        Assert.DoesNotContain("W", Encoding.Latin1.GetString(written).Replace("UI", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single(DicomReaderTests.Header(written).DataSet);
    }

    [Fact]
    public void Pixels_pass_through_in_parts_native_or_in_fragments()
    {
        var set = DicomReaderTests.Header(new TestObject().ToFile()).DataSet;
        var native = Write(set, writer =>
        {
            writer.BeginNativePixels(3, 8);
            writer.WritePixels([1, 2]);
            writer.WritePixels([3]);
        });
        var encapsulated = Write(set, writer =>
        {
            writer.BeginEncapsulatedPixels();
            writer.WriteFragment([]);
            writer.WriteFragment([1, 2, 3]);
        });

        Assert.Equal([0xe0, 0x7f, 0x10, 0x00, (byte)'O', (byte)'B', 0, 0, 4, 0, 0, 0, 1, 2, 3, 0], native[^16..]);
        Assert.Equal([.. Raw.Head(0x7fe00010, "OB", Raw.Undefined), .. Raw.Item(), .. Raw.Item(1, 2, 3, 0), .. Raw.SequenceEnd], encapsulated[^40..]);
        Assert.Throws<InvalidOperationException>(() => Write(set, writer => writer.BeginNativePixels(2, 8)));
    }

    [Fact]
    public async Task Every_object_of_the_zoo_is_to_pydicom_what_it_was()
    {
        Assert.SkipUnless(Peers.HasPydicom, "python3-pydicom is not installed");
        using var folder = new TestFolder();
        var files = WriteZoo(folder);
        var before = await Peers.ElementsAsync(files.Select(pair => pair.From), contentOnly: true);
        var after = await Peers.ElementsAsync(files.Select(pair => pair.To), contentOnly: true);

        Assert.True(before.Count > 15_000);
        Assert.Equal(before.Select(Peers.Place), after.Select(Peers.Place));
        // Of what pydicom has made sense of on its own there is no value to compare.
        Assert.DoesNotContain(before.Zip(after), pair => pair.First != pair.Second && Peers.HasValue(pair.First) && Peers.HasValue(pair.Second));
    }

    [Fact]
    public async Task Every_object_of_the_zoo_is_read_by_dcmdump_without_a_word()
    {
        Assert.SkipWhen(Programs.Find("dcmdump") is null, "dcmtk is not installed");
        using var folder = new TestFolder();
        var dump = await ProgramRunner.RunTextAsync(new ProgramStart(Programs.Find("dcmdump")!, ["+E", "-M", .. WriteZoo(folder).Select(pair => pair.To)]), Limits);

        Assert.True(dump.Succeeded, dump.ErrorTail);
        // Objects with private elements in a group that may have none (PS3.5 7.8.1) keep them.
        Assert.DoesNotContain(dump.ErrorTail.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.Contains("Invalid Element (0001,", StringComparison.Ordinal));
    }

    /// <summary>The zoo's objects without their pixels.</summary>
    private static List<(string From, string To)> WriteZoo(TestFolder folder)
    {
        var files = new List<(string, string)>();
        foreach (var file in Directory.EnumerateFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            if (DicomReader.Open(stream) is DicomOpening.Opened opened)
            {
                using var whole = opened.Object;
                var written = folder[$"{files.Count}.dcm"];
                File.WriteAllBytes(written, Write(whole.Header.DataSet));
                files.Add((file, written));
            }
        }

        return files;
    }

    private static byte[] Write(DicomDataSet set, Action<DicomWriter>? pixels = null)
    {
        using var stream = new MemoryStream();
        var writer = new DicomWriter(stream);
        writer.WriteHeader(set, DicomReader.ExplicitLittleEndian);
        pixels?.Invoke(writer);
        writer.End();
        return stream.ToArray();
    }

    private static IEnumerable<string> Lines(DicomDataSet set) => Peers.Lines("", set);

    private static DicomValue Text(uint tag, string vr, string text) => new(new DicomTag((ushort)(tag >> 16), (ushort)tag), vr, Encoding.Latin1.GetBytes(text));
}
