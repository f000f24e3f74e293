using System.IO.Compression;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>Objects made to break a reader: each ends in a code, soon and without the memory it asks for.</summary>
public sealed class HostileObjectTests
{
    private static readonly byte[] Sop = Raw.Explicit(0x00080016, "UI", "1.2\0");

    public static TheoryData<string, byte[]> Objects => new()
    {
        { "a length of 4 GiB in the meta information", [.. new byte[128], .. "DICM"u8, .. Raw.Head(0x00020001, "OB", 0xfffffff0)] },
        { "a length of 4 GiB in a value", Raw.Explicit(Sop, Raw.Head(0x00100010, "UN", 0xfffffff0)) },
        { "a length past the end", Raw.Explicit(Sop, Raw.Head(0x00420011, "OB", 10 << 20)) },
        { "a value past its item", Raw.Explicit(Sop, Raw.Explicit(0x00081140, "SQ", Raw.Item([.. Raw.Head(0x00081150, "UI", 60_000)]))) },
        { "an item past its sequence", Raw.Explicit(Sop, Raw.Explicit(0x00081140, "SQ", Raw.ImplicitHead(0xfffee000, 5000)), new byte[9000]) },
        { "a sequence of no items", Raw.Explicit(Sop, Raw.Explicit(0x00081140, "SQ", Sop)) },
        { "a sequence without an end", Raw.Explicit(Sop, Raw.Head(0x00081140, "SQ", Raw.Undefined), Raw.Item(Sop)) },
        { "a text without a length", Raw.Explicit(Sop, [.. Raw.Head(0x00420011, "UT", Raw.Undefined), .. Sop]) },
        { "fragments without an end", Raw.Explicit(Sop, Raw.Head(0x7fe00010, "OB", Raw.Undefined), Raw.Item(), Raw.Item(1, 2)) },
        { "a fragment of undefined length", Raw.Explicit(Sop, Raw.Head(0x7fe00010, "OB", Raw.Undefined), Raw.Item(), Raw.OpenItem(1, 2)) },
        { "a fragment past the end", Raw.Explicit(Sop, Raw.Head(0x7fe00010, "OB", Raw.Undefined), Raw.Item(), Raw.ImplicitHead(0xfffee000, 0xfffffff0)) },
        { "pixels past the end", Raw.Explicit(Sop, Raw.Head(0x7fe00010, "OW", 0xfffffff0), new byte[100]) },
        { "a cut signature behind the pixels", Raw.Explicit(Sop, Raw.Explicit(0x7fe00010, "OW", 1, 2), Raw.Head(0xfffcfffc, "OB", 100), [1, 2]) },
        { "nothing but meta information", Raw.Explicit() },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public void A_lie_about_a_length_ends_in_a_code_without_its_memory(string what, byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var code = DicomReaderTests.Finish(file);

        Assert.True(code is RefusalCode.Damaged or RefusalCode.TooLarge, what);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nesting_past_the_bound_is_damage_however_it_is_written_and_below_it_is_none(bool defined)
    {
        Assert.Null(DicomReaderTests.Finish(Raw.Explicit(Sop, Nested(DicomBounds.MaxDepth, defined))));
        Assert.Equal(RefusalCode.Damaged, DicomReaderTests.Finish(Raw.Explicit(Sop, Nested(DicomBounds.MaxDepth + 1, defined))));
    }

    [Fact]
    public void A_hundred_thousand_sequences_in_each_other_do_not_overflow_the_stack()
    {
        byte[] open = [.. Raw.Head(0x00400275, "SQ", Raw.Undefined), .. Raw.ImplicitHead(0xfffee000, Raw.Undefined)];

        Assert.Equal(RefusalCode.Damaged, DicomReaderTests.Finish(Raw.Explicit([Sop, .. Enumerable.Repeat(open, 100_000)])));
    }

    [Fact]
    public void Unknown_elements_that_look_like_sequences_in_each_other_are_bounded_too()
    {
        var inner = Raw.Implicit(0x00081155, "1.2\0");
        for (var depth = 0; depth < 200; depth++)
        {
            inner = Raw.Explicit(0x00081140, "UN", Raw.Item(inner));
        }

        // Past the bound the bytes are no sequence any more: the element stays what it was written as.
        Assert.Null(DicomReaderTests.Finish(Raw.Explicit(Sop, inner)));
    }

    [Fact]
    public void Items_and_elements_without_number_are_too_large()
    {
        var items = Enumerable.Repeat(Raw.Item(), DicomBounds.MaxItems + 1).SelectMany(item => item).ToArray();
        var elements = Enumerable.Repeat(Raw.Explicit(0x00100010, "PN"), DicomBounds.MaxElements + 1).SelectMany(element => element).ToArray();

        Assert.Equal(RefusalCode.TooLarge, DicomReaderTests.Finish(Raw.Explicit(Sop, Raw.Explicit(0x00081140, "SQ", items))));
        Assert.Equal(RefusalCode.TooLarge, DicomReaderTests.Finish(Raw.Explicit(Sop, elements)));
    }

    [Fact]
    public void A_header_past_its_bound_is_too_large()
    {
        var values = Enumerable.Range(0, 3).Select(number => Raw.Explicit(0x00291000 + (uint)number, "OB", new byte[12 << 20])).ToArray();

        Assert.Null(DicomReaderTests.Finish(Raw.Explicit([Sop, .. values[..2]])));
        Assert.Equal(RefusalCode.TooLarge, DicomReaderTests.Finish(Raw.Explicit([Sop, .. values])));
        Assert.Equal(RefusalCode.TooLarge, DicomReaderTests.Finish(Raw.Explicit(Sop, Raw.Explicit(0x00291000, "OB", new byte[20 << 20]))));
    }

    [Fact]
    public void A_deflate_bomb_ends_at_its_ratio_in_the_header_and_in_the_pixels()
    {
        Assert.Equal(RefusalCode.TooLarge, DicomReaderTests.Finish(Bomb(Raw.Head(0x00091001, "OB", 600 << 20))));

        using var counted = new Counted(Bomb(Raw.Head(0x7fe00010, "OW", 600 << 20)));
        using var opened = Assert.IsType<DicomOpening.Opened>(DicomReader.Open(counted)).Object;
        Assert.Equal(RefusalCode.TooLarge, opened.Finish());
        Assert.InRange(counted.Given, 0, 200 << 10);
    }

    [Fact]
    public void What_does_not_inflate_is_damaged() =>
        Assert.Equal(RefusalCode.Damaged, DicomReaderTests.Finish(Raw.File("1.2.840.10008.1.2.1.99", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])));

    [Fact]
    public void What_follows_the_pixels_is_read_past_and_only_its_end_matters()
    {
        var pixels = Raw.Explicit(0x7fe00010, "OW", 1, 2);

        Assert.Null(DicomReaderTests.Finish(Raw.Explicit(Sop, pixels, Raw.Explicit(0xfffcfffc, "OB", new byte[100]))));
        Assert.Null(DicomReaderTests.Finish(Raw.Explicit(Sop, pixels, Raw.Explicit(0xfffafffa, "SQ", Raw.Item(Raw.Explicit(0x04000005, "US", 1, 0))))));
        Assert.Null(DicomReaderTests.Finish(Raw.Explicit(Sop, pixels, new byte[333])));
    }

    private static byte[] Nested(int depth, bool defined)
    {
        var inner = Sop;
        for (var level = 0; level < depth; level++)
        {
            inner = defined
                ? Raw.Explicit(0x00400275, "SQ", Raw.Item(inner))
                : [.. Raw.Head(0x00400275, "SQ", Raw.Undefined), .. Raw.OpenItem(inner), .. Raw.SequenceEnd];
        }

        return inner;
    }

    /// <summary>A deflated object of that element and 600 MiB of zeros.</summary>
    private static byte[] Bomb(byte[] head)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(head);
            var zeros = new byte[1 << 20];
            for (var mebibyte = 0; mebibyte < 600; mebibyte++)
            {
                deflate.Write(zeros);
            }
        }

        return Raw.File("1.2.840.10008.1.2.1.99", packed.ToArray());
    }

    private sealed class Counted(byte[] bytes) : MemoryStream(bytes)
    {
        internal int Given { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = base.Read(buffer, offset, count);
            Given += read;
            return read;
        }
    }
}
