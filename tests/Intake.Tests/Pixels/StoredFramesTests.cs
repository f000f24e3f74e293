using System.Buffers.Binary;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Tests.Dicom;

namespace Scanlock.Intake.Tests.Pixels;

/// <summary>How frames are found in native pixels and in fragments, in objects of the run-length encoding that needs no decoder of others.</summary>
public sealed class StoredFramesTests
{
    private const int Rows = 2;
    private const int Columns = 3;

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Native_frames_come_one_after_the_other(int bits)
    {
        var bytes = Enumerable.Range(0, 3 * Rows * Columns * bits / 8).Select(value => (byte)value).ToArray();
        var (samples, code) = Frames.Read(Raw.Explicit(Frames.Image(3, Rows, Columns, bits), Raw.Explicit(0x7fe00010, "OW", bytes)));

        Assert.Null(code);
        Assert.Equal(bytes.Chunk(bytes.Length / 3), samples);
    }

    [Fact]
    public void Big_endian_samples_are_turned()
    {
        var (samples, code) = Frames.Read(Raw.File("1.2.840.10008.1.2.2",
            Raw.Big(0x00080016, "UI", "1.2\0"u8.ToArray()), Raw.Big(0x00280010, "US", 0, 1), Raw.Big(0x00280011, "US", 0, 2), Raw.Big(0x00280100, "US", 0, 16),
            Raw.Big(0x00280101, "US", 0, 16), Raw.Big(0x7fe00010, "OW", 1, 2, 3, 4)));

        Assert.Null(code);
        Assert.Equal([2, 1, 4, 3], Assert.Single(samples));
    }

    [Theory]
    [InlineData(-1, RefusalCode.Damaged)]
    [InlineData(0, null)]
    [InlineData(7, null)]
    public void Native_pixels_must_be_all_there_and_more_do_no_harm(int more, RefusalCode? expected)
    {
        var (_, code) = Frames.Read(Raw.Explicit(Frames.Image(2, Rows, Columns), Raw.Explicit(0x7fe00010, "OW", new byte[(2 * Rows * Columns * 2) + more])));

        Assert.Equal(expected, code);
    }

    [Fact]
    public void Fragments_are_frames_by_the_table_or_without_one_each()
    {
        var (one, two) = (Packed(1), Packed(2));
        byte[][] files =
        [
            RunLength(2, [], one, two),
            RunLength(2, Table(0, 8 + one.Length), one, two),
            RunLength(2, Table(0, 16 + one.Length), one[..70], one[70..], two),
            Raw.File(Frames.RunLength, Frames.Image(2, Rows, Columns), Long(0x7fe00001, 0, 16 + one.Length), Long(0x7fe00002, one.Length, two.Length), Frames.Encapsulated([], one[..70], one[70..], two)),
            // Of a single frame all fragments are, whatever a table says.
            RunLength(1, [], one[..70], one[70..]),
            RunLength(1, Table(7, 7, 7), one),
        ];

        Assert.All(files, file =>
        {
            var (samples, code) = Frames.Read(file);
            Assert.Null(code);
            Assert.Equal(((byte[][])[Plain(1), Plain(2)])[..samples.Count], samples);
        });
    }

    [Fact]
    public void A_table_that_lies_ends_in_a_code()
    {
        var (one, two) = (Packed(1), Packed(2));
        byte[][] files =
        [
            RunLength(2, Table(0), one, two),
            RunLength(2, Table(0, 8 + one.Length, 999), one, two),
            RunLength(2, Table(8, 8 + one.Length), one, two),
            RunLength(2, Table(0, 0), one, two),
            RunLength(2, Table(0, 10 + one.Length), one, two),
            RunLength(2, Table(0, 4), one, two),
            RunLength(2, Table(0, -4), one, two),
            RunLength(2, [], one),
            RunLength(2, [], one, two, two),
            RunLength(9999, [], one, two),
            Raw.File(Frames.RunLength, Frames.Image(2, Rows, Columns), Long(0x7fe00001, 0, long.MaxValue), Frames.Encapsulated([], one, two)),
            Raw.File(Frames.RunLength, Frames.Image(2, Rows, Columns), Long(0x7fe00001, 0, -8), Frames.Encapsulated([], one, two)),
            Raw.File(Frames.RunLength, Frames.Image(2, Rows, Columns), Long(0x7fe00001, 0, 8 + one.Length), Long(0x7fe00002, 1, long.MinValue), Frames.Encapsulated([], one, two)),
        ];

        Assert.All(files, file => Assert.Equal(RefusalCode.Damaged, Frames.Read(file).Code));
    }

    [Fact]
    public void A_run_length_segment_that_lies_ends_in_a_code()
    {
        var good = Packed(1);
        byte[][] bad = [With(good, 0, 3), With(good, 0, 0xffffffff), With(good, 4, 0), With(good, 4, 0xfffffff0), With(good, 8, 0xffffffff), With(good, 8, 64), good[..^4], good[..63], []];

        Assert.Null(Frames.Read(RunLength(1, [], good)).Code);
        Assert.All(bad, frame => Assert.Equal(RefusalCode.Damaged, Frames.Read(RunLength(1, [], frame)).Code));
    }

    [Theory]
    [InlineData(0, 3, 1, 16, 1, RefusalCode.Damaged)]
    [InlineData(60_000, 3, 1, 16, 1, RefusalCode.TooLarge)]
    [InlineData(3, 4097, 1, 16, 1, RefusalCode.TooLarge)]
    [InlineData(3, 3, IntakeProtocol.MaxFrames + 1, 16, 1, RefusalCode.TooLarge)]
    [InlineData(3, 3, -1, 16, 1, RefusalCode.Damaged)]
    [InlineData(3, 3, 1, 12, 1, RefusalCode.UnsupportedPixels)]
    [InlineData(3, 3, 1, 32, 1, RefusalCode.UnsupportedPixels)]
    [InlineData(3, 3, 1, 1, 1, RefusalCode.UnsupportedPixels)]
    [InlineData(3, 3, 1, 16, 4, RefusalCode.UnsupportedPixels)]
    [InlineData(3, 3, 1, 16, 0, RefusalCode.UnsupportedPixels)]
    public void A_description_that_is_not_read_ends_in_a_code(int rows, int columns, int frames, int bits, int samples, RefusalCode code) =>
        Assert.Equal(code, Frames.Read(Raw.Explicit(Frames.Image(frames, rows, columns, bits, samples: samples), Raw.Explicit(0x7fe00010, "OW", new byte[64]))).Code);

    [Fact]
    public void Pixels_that_are_not_as_their_transfer_syntax_says_end_in_a_code()
    {
        var image = Frames.Image(1, Rows, Columns);

        Assert.Equal(RefusalCode.UnsupportedEncoding, Frames.Read(Raw.Explicit(image, Frames.Encapsulated([], Packed(1)))).Code);
        Assert.Equal(RefusalCode.Damaged, Frames.Read(Raw.File(Frames.RunLength, image, Raw.Explicit(0x7fe00010, "OW", new byte[12]))).Code);
        Assert.Equal(RefusalCode.UnsupportedEncoding, Frames.Read(Raw.File("1.2.840.10008.1.2.4.100", image, Frames.Encapsulated([], [1, 2]))).Code);
        Assert.Equal(RefusalCode.UnsupportedPixels, Frames.Read(Raw.Explicit(image, Raw.Explicit(0x7fe00008, "OF", new byte[24]))).Code);
        Assert.Equal(RefusalCode.NoPixels, Frames.Read(Raw.Explicit(image)).Code);
    }

    [Fact]
    public void Native_colours_that_share_samples_are_not_read()
    {
        var image = Frames.Image(1, Rows, Columns, 8, samples: 3);
        var shared = Raw.Explicit(0x00280004, "CS", "YBR_FULL_422");

        Assert.Equal(RefusalCode.UnsupportedPixels, Frames.Read(Raw.Explicit(image, shared, Raw.Explicit(0x7fe00010, "OB", new byte[12]))).Code);
    }

    [Fact]
    public void A_frame_larger_than_any_codec_makes_it_is_too_large()
    {
        var (_, code) = Frames.Read(RunLength(1, [], new byte[1 << 20], new byte[1 << 10]));

        Assert.Equal(RefusalCode.TooLarge, code);
    }

    [Fact]
    public void An_object_of_many_frames_passes_in_the_memory_of_one()
    {
        const int Count = 800;
        byte[] head = [.. Raw.Explicit(Frames.Image(Count, 512, 512)), .. Raw.Head(0x7fe00010, "OW", Count * 512 * 512 * 2)];
        using var stream = new Generated(head, (long)Count * 512 * 512 * 2);
        using var dicom = Assert.IsType<DicomOpening.Opened>(DicomReader.Open(stream)).Object;
        var frames = Scanlock.Intake.Pixels.ObjectFrames.Open(dicom, "none").Frames!;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = 0;
        while (frames.Next() is Scanlock.Intake.Pixels.FrameReading.Frame)
        {
            read++;
        }

        Assert.Equal(Count, read);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    private static byte[] RunLength(int frames, byte[] table, params byte[][] fragments) =>
        Raw.File(Frames.RunLength, Frames.Image(frames, Rows, Columns), Frames.Encapsulated([table, .. fragments]));

    /// <summary>A frame of that 16-bit value and a half in all samples but one.</summary>
    private static byte[] Packed(byte value)
    {
        var frame = new byte[64 + 6];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, 2);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), 64);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), 66);
        // High bytes: a run of six. Low bytes: one literal, a do-nothing, a run of five.
        return [.. frame[..64], unchecked((byte)-5), value, 0, 9, 128, unchecked((byte)-4), 128, 0];
    }

    private static byte[] Plain(byte value) => [9, value, .. Enumerable.Repeat((byte[])[128, value], 5).SelectMany(pair => pair)];

    private static byte[] With(byte[] frame, int at, uint value)
    {
        var other = (byte[])frame.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(other.AsSpan(at), value);
        return other;
    }

    private static byte[] Table(params int[] offsets) => [.. offsets.SelectMany(BitConverter.GetBytes)];

    private static byte[] Long(uint tag, params long[] numbers) =>
        [.. Raw.Explicit(tag, "UN", [.. numbers.SelectMany(BitConverter.GetBytes)])];

    /// <summary>A head, then as many zeros as it says.</summary>
    private sealed class Generated(byte[] head, long zeros) : Stream
    {
        private long given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, given < head.Length ? head.Length - given : head.Length + zeros - given);
            if (given < head.Length)
            {
                head.AsSpan((int)given, count).CopyTo(buffer);
            }

            given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
