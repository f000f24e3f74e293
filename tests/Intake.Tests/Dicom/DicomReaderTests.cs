using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>What the standard allows and what writers make of it, element by element.</summary>
public sealed class DicomReaderTests
{
    private static readonly byte[] Sop = Raw.Explicit(0x00080016, "UI", "1.2\0");
    private static readonly DicomTag Name = new(0x0010, 0x0010);
    private static readonly DicomTag Sequence = new(0x0008, 0x1140);
    private static readonly DicomTag Rows = new(0x0028, 0x0010);

    [Fact]
    public void An_implicit_object_gets_its_types_from_the_dictionary()
    {
        var header = Header(Raw.File("1.2.840.10008.1.2", Raw.Implicit(0x00080016, "1.2\0"), Raw.Implicit(0x00100010, "A^B "),
            Raw.Implicit(0x00280010, 0, 2), Raw.Implicit(0x00280103, 1, 0), Raw.Implicit(0x00280120, 0x30, 0xf8), Raw.Implicit(0x00290010, "ACME"), Raw.Implicit(0x00291001, 7, 7),
            Raw.Implicit(0x60023000, 1, 2)));

        Assert.Equal(["UI", "PN", "US", "US", "SS", "LO", "UN", "OW"], header.DataSet.Select(element => element.Vr));
        Assert.Equal(new DicomEncoding(false, false), header.Encoding);
    }

    [Fact]
    public void Big_endian_numbers_are_turned_and_texts_are_not()
    {
        var set = Header(Raw.File("1.2.840.10008.1.2.2", Raw.Big(0x00080016, "UI", "1.2\0"u8.ToArray()), Raw.Big(0x00100010, "PN", "AB"u8.ToArray()),
            Raw.Big(0x00280009, "AT", 0x00, 0x54, 0x00, 0x10), Raw.Big(0x00280010, "US", 2, 1))).DataSet;

        Assert.Equal("AB", Text(set, Name));
        Assert.Equal([0x54, 0x00, 0x10, 0x00], set.Bytes(new DicomTag(0x0028, 0x0009))!.Value.ToArray());
        Assert.Equal(0x0201, set.Integer(Rows));
    }

    [Fact]
    public void A_deflated_object_is_inflated()
    {
        using var packed = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            deflate.Write([.. Sop, .. Raw.Explicit(0x00100010, "PN", "A^B ")]);
        }

        Assert.Equal("A^B ", Text(Header(Raw.File("1.2.840.10008.1.2.1.99", packed.ToArray())).DataSet, Name));
    }

    [Fact]
    public void What_the_first_element_looks_like_counts_whatever_the_transfer_syntax_says()
    {
        byte[][] explicitly = [Sop, Raw.Explicit(0x00100010, "PN", "A^B ")];
        byte[][] implicitly = [Raw.Implicit(0x00080016, "1.2\0"), Raw.Implicit(0x00100010, "A^B ")];
        byte[][] files =
        [
            Raw.File("1.2.840.10008.1.2", explicitly), Raw.File("1.2.840.10008.1.2.2", explicitly), Raw.File("1.2.840.10008.1.2.1.99", explicitly),
            Raw.File("1.2.840.10008.1.2.1", implicitly), Raw.File("not a syntax", implicitly), [.. explicitly.SelectMany(bytes => bytes)],
            [.. implicitly.SelectMany(bytes => bytes)], [.. Raw.Big(0x00080016, "UI", "1.2\0"u8.ToArray()), .. Raw.Big(0x00100010, "PN", "A^B "u8.ToArray())],
        ];

        Assert.All(files, file => Assert.Equal("A^B ", Text(Header(file).DataSet, Name)));
    }

    [Fact]
    public void Meta_information_may_be_missing_implicit_or_wrong_about_its_length()
    {
        byte[] length = Raw.Explicit(0x00020000, "UL", 0xff, 0xff, 0xff, 0x7f);
        byte[] start = [.. new byte[128], .. "DICM"u8];

        Assert.Null(Header([.. start, .. Sop]).TransferSyntax);
        Assert.Equal("1.2.840.10008.1.2.1", Header([.. start, .. length, .. Raw.Explicit(0x00020010, "UI", "1.2.840.10008.1.2.1\0"), .. Sop]).TransferSyntax);
        Assert.Equal("1.2.840.10008.1.2.1", Header([.. start, .. Raw.Implicit(0x00020010, "1.2.840.10008.1.2.1\0"), .. Sop]).TransferSyntax);
        Assert.Equal("1.2.840.10008.1.2.1", Header([.. Raw.Explicit(0x00020010, "UI", "1.2.840.10008.1.2.1\0"), .. Sop]).TransferSyntax);
    }

    [Fact]
    public void A_preamble_may_be_anything_even_another_format()
    {
        byte[] tiff = [.. "II*\0"u8, .. Enumerable.Repeat((byte)0xee, 124)];
        byte[] elf = [0x7f, .. "ELF"u8, .. Enumerable.Repeat((byte)0x90, 124)];

        Assert.All((byte[][])[tiff, elf], preamble => Assert.Single(Header([.. preamble, .. Raw.Explicit(Sop).AsSpan(128)]).DataSet));
    }

    [Fact]
    public void Sequences_of_every_form_hold_the_same_items()
    {
        var explicitly = Raw.Explicit(0x00081150, "UI", "1.2\0");
        var implicitly = Raw.Implicit(0x00081150, "1.2\0");
        byte[][] sequences =
        [
            Raw.Explicit(0x00081140, "SQ", [.. Raw.Item(explicitly), .. Raw.OpenItem(explicitly)]),
            [.. Raw.Head(0x00081140, "SQ", Raw.Undefined), .. Raw.Item(explicitly), .. Raw.OpenItem(explicitly), .. Raw.SequenceEnd],
            // PS3.5 6.2.2: who did not know it wrote UN, of either length, and its items name no types.
            [.. Raw.Head(0x00081140, "UN", Raw.Undefined), .. Raw.Item(implicitly), .. Raw.OpenItem(implicitly), .. Raw.SequenceEnd],
            Raw.Explicit(0x00081140, "UN", [.. Raw.Item(implicitly), .. Raw.OpenItem(implicitly)]),
            // In the wild: items that do name them, ends that are missing, ends where none belong.
            [.. Raw.Head(0x00081140, "UN", Raw.Undefined), .. Raw.Item(explicitly), .. Raw.OpenItem(explicitly), .. Raw.SequenceEnd],
            [.. Raw.Head(0x00081140, "SQ", Raw.Undefined), .. Raw.Item(explicitly), .. Raw.OpenItem(explicitly)[..^8], .. Raw.SequenceEnd],
            Raw.Explicit(0x00081140, "SQ", [.. Raw.Item(explicitly), .. Raw.ItemEnd, .. Raw.OpenItem(explicitly), .. Raw.SequenceEnd]),
            [.. Raw.ImplicitHead(0x00081140, Raw.Undefined), .. Raw.Item(implicitly), .. Raw.OpenItem(implicitly), .. Raw.SequenceEnd],
        ];

        Assert.All(sequences, sequence =>
        {
            var set = Header(Raw.Explicit(Sop, sequence, Raw.Explicit(0x00100010, "PN", "A^B "))).DataSet;
            Assert.Equal(["1.2", "1.2"], set.Items(Sequence).Select(item => item.Uid(new DicomTag(0x0008, 0x1150))));
            Assert.Equal("A^B ", Text(set, Name));
        });
    }

    [Fact]
    public void A_private_sequence_written_as_UN_is_read_as_one()
    {
        byte[] unknown = [.. Raw.Head(0x00291010, "UN", Raw.Undefined), .. Raw.OpenItem(Raw.Implicit(0x00100010, "A^B ")), .. Raw.SequenceEnd];

        Assert.Equal("A^B ", Text(Assert.Single(Header(Raw.Explicit(Sop, unknown)).DataSet.Items(new DicomTag(0x0029, 0x1010))), Name));
    }

    [Theory]
    [InlineData("UN", "PN", "A^B ")]
    [InlineData("ZZ", "PN", "A^B ")]
    [InlineData("??", "PN", "A^B ")]
    [InlineData("LO", "LO", "A^B ")]
    public void A_type_that_says_nothing_becomes_the_dictionarys_and_one_that_does_stays(string written, string read, string value)
    {
        var element = written == "??" ? Raw.Implicit(0x00100010, value) : Raw.Explicit(0x00100010, written, value);
        var found = Header(Raw.Explicit(Sop, element)).DataSet.Last();

        Assert.Equal((read, value), (found.Vr, Text(found)));
    }

    [Fact]
    public void A_type_of_an_edition_to_come_has_the_long_form() =>
        Assert.Equal("ABCD", Text(Header(Raw.Explicit(Sop, [0x10, 0, 0x10, 0, .. "ZZ"u8, 0, 0, 4, 0, 0, 0, .. "ABCD"u8])).DataSet, Name));

    [Fact]
    public void What_the_dictionary_knows_but_whose_length_does_not_fit_stays_UN() =>
        Assert.Equal("UN", Header(Raw.Explicit(Sop, Raw.Explicit(0x00280010, "UN", 1, 2, 3))).DataSet.Last().Vr);

    [Theory]
    [InlineData("US", "0002", 512)]
    [InlineData("UL", "00020000", 512)]
    [InlineData("IS", "35313220", 512)]
    [InlineData("UN", "0002", 512)]
    [InlineData("OB", "0002", null)]
    [InlineData("LO", "35313220", null)]
    [InlineData("US", "00020002", null)]
    [InlineData("IS", "3531325C31", null)]
    public void A_number_of_another_type_is_read_where_it_can_only_mean_one(string vr, string value, int? number) =>
        Assert.Equal(number, Header(Raw.Explicit(Sop, Raw.Explicit(0x00280010, vr, Convert.FromHexString(value)))).DataSet.Integer(Rows));

    [Fact]
    public void Padding_behind_the_last_element_is_no_element()
    {
        Assert.Single(Header(Raw.Explicit(Sop, new byte[200])).DataSet);
        Assert.Single(Header(Raw.Explicit(Sop, new byte[3])).DataSet);
    }

    [Fact]
    public void A_stream_that_gives_a_byte_at_a_time_reads_the_same()
    {
        var file = new TestObject().ToFile();
        using var drops = new Drops(file);

        Assert.Equal(Header(file).DataSet, Assert.IsType<DicomOpening.Opened>(DicomReader.Open(drops)).Object.Header.DataSet);
    }

    [Fact]
    public void Any_bytes_have_some_outcome_and_no_exception() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            byte[] dicom = [.. new byte[128], .. "DICM"u8, .. bytes];
            byte[] continued = [.. Raw.Explicit(Sop), .. bytes];
            return DicomReader.Open(new MemoryStream(bytes)) is not null && Finish(dicom) is null or RefusalCode.Damaged or RefusalCode.TooLarge
                && Finish(continued) is null or RefusalCode.Damaged or RefusalCode.TooLarge;
        }).QuickCheckThrowOnFailure();

    internal static DicomHeader Header(byte[] file) => Assert.IsType<DicomOpening.Opened>(DicomReader.Open(new MemoryStream(file))).Object.Header;

    /// <summary>What becomes of a whole object, pixels unread.</summary>
    internal static RefusalCode? Finish(byte[] file)
    {
        var opening = DicomReader.Open(new MemoryStream(file));
        if (opening is DicomOpening.Refused refused)
        {
            return refused.Code;
        }

        using var opened = ((DicomOpening.Opened)opening).Object;
        return opened.Finish();
    }

    private static string Text(DicomDataSet set, DicomTag tag) => Encoding.Latin1.GetString(set.Bytes(tag)!.Value.Span);

    private static string Text(DicomElement element) => Encoding.Latin1.GetString(Assert.IsType<DicomValue>(element).Bytes.Span);

    private sealed class Drops(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1)]);
    }
}
