using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests;

/// <summary>What needs no worker: units, texts, and the check of answers.</summary>
public sealed class PureTests
{
    [Fact]
    public void Units_are_what_the_definition_says_for_any_form()
    {
        var cases =
            from stored in Gen.Choose(1, 16)
            from signed in Gen.Elements(true, false)
            from slope in Gen.Choose(-4000, 4000).Select(thousandths => thousandths / 1000.0)
            from intercept in Gen.Choose(-3000, 3000)
            from words in Gen.Choose(0, ushort.MaxValue).Select(word => (ushort)word).ArrayOf(20)
            select (stored, signed, slope, intercept, words);
        Prop.ForAll(Arb.From(cases), given =>
        {
            var form = new PixelForm(16, given.stored, given.stored - 1, given.signed);
            var samples = given.words.SelectMany(BitConverter.GetBytes).ToArray();
            var pixels = Hounsfield.Convert(samples, form, new Rescale(given.slope, given.intercept), null);
            return given.words.Select((word, index) => BitConverter.ToInt16(pixels, index * 2) == Naive(word, given.stored, given.signed, given.slope, given.intercept)).All(same => same);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_range_of_padding_becomes_air_whichever_end_is_named_first()
    {
        var form = new PixelForm(16, 16, 15, true);
        byte[] samples = [.. new short[] { -2000, -1500, -1000, 0 }.SelectMany(BitConverter.GetBytes)];
        var padding = new Padding(unchecked((ushort)-1500), unchecked((ushort)-2000));
        var pixels = Hounsfield.Convert(samples, form, new Rescale(1, 0), padding);

        Assert.Equal([-1024, -1024, -1000, 0], Enumerable.Range(0, 4).Select(index => BitConverter.ToInt16(pixels, index * 2)));
    }

    [Theory]
    [InlineData("ISO_IR 100", new byte[] { 0xe9 }, "é")]
    [InlineData("ISO_IR 144", new byte[] { 0xbb }, "Л")]
    [InlineData("ISO_IR 192", new byte[] { 0xc3, 0xa9 }, "é")]
    [InlineData("GB18030", new byte[] { 0xcd, 0xf5 }, "王")]
    [InlineData("", new byte[] { 0xe9 }, "é")]
    [InlineData("ISO_IR 192", new byte[] { 0xe9 }, "é")]
    [InlineData(@"\ISO 2022 IR 87", new byte[] { 0x1b, 0x24 }, "\u001b$")]
    public void Texts_read_in_their_character_set_and_never_collapse(string set, byte[] bytes, string text) =>
        Assert.Equal(text, DicomText.Decode(bytes, set));

    [Fact]
    [Trait("promise", "P3")]
    public void Answers_that_an_honest_worker_does_not_give_are_not_believed()
    {
        var head = new IntakeHead("1.1", "1.2", "1.3", "1.4", null, "p", null);
        var slice = new SliceFacts(1, [0, 0, 0], [1, 0, 0, 0, 1, 0], [1, 1, 1], ["AXIAL"]);
        var good = new IntakeSample(2, 4, 4, slice, new SliceMeasure(1, -1024, null, -1024, 30), 0);
        Assert.True(AnswerCheck.IsSound(head));
        Assert.True(AnswerCheck.IsSound(good, 32, head, 2));
        Assert.True(AnswerCheck.IsSound(new IntakeVerdict(1, 7, null, null, null), 7, hasHead: true));
        Assert.True(AnswerCheck.IsSound(new IntakeVerdict(1, 7, RefusalCode.Damaged, null, null), 7, hasHead: false));
        Assert.True(AnswerCheck.IsSound(new IntakeVerdict(1, 7, null, QuarantineCode.NotChest, null), 7, hasHead: true));

        Assert.False(AnswerCheck.IsSound(new IntakeVerdict(1, 8, null, null, null), 7, hasHead: true));
        Assert.False(AnswerCheck.IsSound(new IntakeVerdict(1, 7, null, null, null), 7, hasHead: false));
        Assert.False(AnswerCheck.IsSound(new IntakeVerdict(1, 7, RefusalCode.Damaged, QuarantineCode.NotChest, null), 7, hasHead: true));
        Assert.False(AnswerCheck.IsSound(new IntakeVerdict(1, 7, (RefusalCode)99, null, null), 7, hasHead: true));
        Assert.False(AnswerCheck.IsSound(head with { SeriesUid = "" }));
        Assert.False(AnswerCheck.IsSound(head with { PatientId = new string('x', 10_000) }));
        Assert.False(AnswerCheck.IsSound(good, 32, head: null, 2));
        Assert.False(AnswerCheck.IsSound(good, 32, head with { PatientId = null, StudyUid = null }, 2));
        Assert.False(AnswerCheck.IsSound(good, 32, head, 3));
        Assert.False(AnswerCheck.IsSound(good, 30, head, 2));
        IntakeSample[] bad =
        [
            good with { Rows = 5000 },
            good with { Columns = 0 },
            good with { Slice = slice with { ImageType = ["Wrenfell Ottoline"] } },
            good with { Slice = slice with { Position = [0, 0, 0, 0] } },
            good with { Slice = slice with { Orientation = [1] } },
            good with { Slice = slice with { Spacing = [] } },
            good with { Slice = slice with { Position = [0, double.PositiveInfinity, 0] } },
            good with { Measure = good.Measure with { RescaleSlope = double.NaN } },
            good with { Measure = good.Measure with { GantryTilt = double.NegativeInfinity } },
            good with { Measure = good.Measure with { Highest = 40_000 } },
        ];
        Assert.All(bad, sample => Assert.False(AnswerCheck.IsSound(sample, 32, head, 2)));
    }

    [Fact]
    public async Task Frames_past_their_bounds_are_not_read()
    {
        byte[] huge = [.. BitConverter.GetBytes(uint.MaxValue), 0, 0, 0, 0];
        await Assert.ThrowsAsync<WireFormatException>(() => IntakeFrames.ReadJsonAsync(new MemoryStream(huge), ContractsJson.Strict.IntakeTask, CancellationToken.None));
        await Assert.ThrowsAsync<WireFormatException>(() => new IntakeMessageReader(new MemoryStream([3, .. huge])).ReadAsync(CancellationToken.None));
        await Assert.ThrowsAsync<WireFormatException>(() => new IntakeMessageReader(new MemoryStream([3, 0, 0, 0, 0, .. huge])).ReadAsync(CancellationToken.None));
        await Assert.ThrowsAsync<WireFormatException>(() => new IntakeMessageReader(new MemoryStream([99, 0, 0, 0, 0, 0, 0, 0, 0])).ReadAsync(CancellationToken.None));
        await Assert.ThrowsAsync<WireFormatException>(() => new IntakeMessageReader(new MemoryStream([3, 0])).ReadAsync(CancellationToken.None));
        Assert.Throws<WireFormatException>(() => IntakeFrames.ReadChunkLength(new MemoryStream(BitConverter.GetBytes(1u << 20))));
        Assert.Throws<WireFormatException>(() => IntakeFrames.ReadChunkLength(new MemoryStream([1, 2])));
    }

    [Fact]
    public async Task An_object_sent_in_chunks_arrives_whole_and_an_abandoned_one_is_told()
    {
        var wire = new MemoryStream();
        await IntakeFrames.WriteChunkAsync(wire, Chunk("one "), CancellationToken.None);
        await IntakeFrames.WriteChunkAsync(wire, Chunk("two"), CancellationToken.None);
        await IntakeFrames.WriteChunkAsync(wire, Chunk(""), CancellationToken.None);
        await IntakeFrames.WriteChunkAsync(wire, Chunk("three"), CancellationToken.None);
        await IntakeFrames.WriteAbortAsync(wire, CancellationToken.None);
        wire.Position = 0;

        Assert.Equal("one two", new StreamReader(new ObjectStream(wire)).ReadToEnd());
        Assert.Throws<ObjectAbandonedException>(() => new StreamReader(new ObjectStream(wire)).ReadToEnd());

        // Room for the length stands before each part.
        static byte[] Chunk(string text) => [.. new byte[IntakeFrames.ChunkHeadBytes], .. Encoding.ASCII.GetBytes(text)];
    }

    [Fact]
    public async Task Messages_that_come_together_or_in_pieces_are_read_one_by_one()
    {
        var pixels = RandomNumberGenerator.GetBytes(100_000);
        var wire = new MemoryStream();
        IntakeFrames.WriteMessage(wire, IntakeMessageKind.Begun, new IntakeBegun(1), ContractsJson.Strict.IntakeBegun, []);
        IntakeFrames.WriteMessage(wire, IntakeMessageKind.Sample, new IntakeBegun(2), ContractsJson.Strict.IntakeBegun, pixels);
        IntakeFrames.WriteMessage(wire, IntakeMessageKind.Verdict, new IntakeBegun(3), ContractsJson.Strict.IntakeBegun, []);
        foreach (var most in new[] { int.MaxValue, 50_001, 7 })
        {
            var messages = new IntakeMessageReader(new PiecewiseStream(wire.ToArray(), most));
            foreach (var (kind, ordinal, content) in new[] { (IntakeMessageKind.Begun, 1, []), (IntakeMessageKind.Sample, 2, pixels), (IntakeMessageKind.Verdict, 3, Array.Empty<byte>()) })
            {
                var message = await messages.ReadAsync(CancellationToken.None);
                Assert.Equal(kind, message.Kind);
                Assert.Equal(ordinal, Wire.Read(message.Json.Span, ContractsJson.Strict.IntakeBegun).Ordinal);
                Assert.True(message.Content.Bytes.Span.SequenceEqual(content));
                Assert.True(message.Content.After("before"u8).Span.SequenceEqual([.. "before"u8, .. content]));
                message.Content.Dispose();
            }
        }
    }

    [Fact]
    public void Content_is_wiped_before_its_memory_is_used_again()
    {
        var content = new MessageContent(1000);
        var kept = content.After("pixels"u8);
        Assert.True(kept.Span.StartsWith("pixels"u8));
        content.Dispose();
        Assert.Equal(-1, kept.Span.IndexOfAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => content.Bytes);
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }

    private static short Naive(ushort word, int stored, bool signed, double slope, double intercept)
    {
        var modulus = 1 << stored;
        var sample = word % modulus;
        sample = signed && sample >= modulus / 2 ? sample - modulus : sample;
        var units = (sample * slope) + intercept;
        var rounded = Math.Sign(units) * Math.Floor(Math.Abs(units) + 0.5);
        return (short)Math.Min(short.MaxValue, Math.Max(short.MinValue, rounded));
    }
}
