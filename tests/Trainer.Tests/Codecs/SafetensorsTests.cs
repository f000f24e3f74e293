using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;

namespace Scanlock.Trainer.Tests.Codecs;

public sealed class SafetensorsTests
{
    private const string TwoTensors = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";

    private static readonly Gen<SafetensorsTensor> s_tensor =
        from name in Gen.Elements("conv.weight", "bn.bias", "größe", "x", "layer1.0.conv1.weight", "\"quoted\"")
        from number in Gen.Choose(0, 99)
        from type in Gen.Elements(Enum.GetValues<SafetensorsType>())
        from shape in Gen.Choose(0, 4).Select(s => (long)s).ListOf()
        select new SafetensorsTensor($"{name}{number}", type, [.. shape.Take(3)]);

    [Fact]
    public async Task The_canonical_form_is_this()
    {
        var file = await WriteAsync([new("w", SafetensorsType.BF16, [2, 1]), new("n", SafetensorsType.I64, []), new("a", SafetensorsType.BF16, [1])]);

        const string header = """{"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]},"w":{"dtype":"BF16","shape":[2,1],"data_offsets":[10,14]}}""";
        Assert.Equal((ulong)((header.Length + 7) / 8 * 8), BinaryPrimitives.ReadUInt64LittleEndian(file));
        Assert.Equal(header.PadRight((header.Length + 7) / 8 * 8), Encoding.UTF8.GetString(file.AsSpan(8, (header.Length + 7) / 8 * 8)));
        Assert.Equal(14, file.Length - 8 - ((header.Length + 7) / 8 * 8));
    }

    [Fact]
    public void What_is_written_reads_back_and_writing_that_again_gives_the_same_bytes() => Check.QuickThrowOnFailure(Prop.ForAll(
        s_tensor.ListOf().Select(l => l.DistinctBy(t => t.Name).ToList()).ToArbitrary(), tensors =>
        {
            var file = WriteAsync(tensors).GetAwaiter().GetResult();
            var read = ReadAsync(file).GetAwaiter().GetResult();
            return Described(read).SetEquals(Described(tensors)) && WriteAsync(read).GetAwaiter().GetResult().AsSpan().SequenceEqual(file);
        }));

    [Fact]
    public async Task The_order_given_does_not_matter()
    {
        SafetensorsTensor[] tensors = [new("b", SafetensorsType.F32, [2]), new("a", SafetensorsType.F32, [1]), new("c", SafetensorsType.I64, [])];

        Assert.Equal(await WriteAsync(tensors), await WriteAsync(tensors.Reverse()));
    }

    [Fact]
    public async Task Metadata_and_padding_of_others_are_read_past()
    {
        var read = await ReadAsync(File("""{"__metadata__":{"format":"pt"},"a":{"data_offsets":[0,4],"dtype":"F32","shape":[]}}    """, 4));

        Assert.Equal("a", Assert.Single(read).Name);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[7,10]}}""", "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[9,11]}}""", "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[3,11]}}""", "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""", "repeated names")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\u0061":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""", "repeated names")]
    [InlineData("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", "unknown dtype")]
    [InlineData("""{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", "unknown dtype")]
    [InlineData("""{"a":{"dtype":9,"shape":[2],"data_offsets":[0,8]}}""", "unknown dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,11]}}""", "does not span")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "does not span")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "whole numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", "too large")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}""", "exactly dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "exactly dtype")]
    [InlineData("""{"a":7}""", "exactly dtype")]
    [InlineData("""{"":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "name")]
    [InlineData("""{"__metadata__":{"a":1}}""", "metadata")]
    [InlineData("""{"__metadata__":"x"}""", "metadata")]
    [InlineData(""" {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not JSON")]
    [InlineData("{} x", "not JSON")]
    [InlineData("", "not a JSON object")]
    public async Task A_malformed_header_is_refused_with_the_reason(string header, string reason)
    {
        var error = await Assert.ThrowsAsync<WireFormatException>(() => ReadAsync(File(header, 11)));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_and_a_tail_are_refused()
    {
        var file = File(TwoTensors, 11);
        Assert.Equal(2, (await ReadAsync(file)).Count);
        for (var length = 0; length < file.Length; length++)
        {
            await Assert.ThrowsAsync<WireFormatException>(() => ReadAsync(file[..length]));
        }

        await Assert.ThrowsAsync<WireFormatException>(() => ReadAsync([.. file, 0]));
    }

    [Fact]
    public async Task More_than_the_limits_is_not_read()
    {
        var huge = new byte[16];
        huge.AsSpan(0, 8).Fill(0xff);
        await Refused(huge, new SafetensorsLimits());
        await Refused(File(TwoTensors, 11), new SafetensorsLimits(HeaderBytes: TwoTensors.Length - 1));
        await Refused(File(TwoTensors, 11), new SafetensorsLimits(Tensors: 1));
        await Refused(File(TwoTensors, 11), new SafetensorsLimits(DataBytes: 10));

        static Task Refused(byte[] file, SafetensorsLimits limits) => Assert.ThrowsAsync<WireFormatException>(() => ReadAsync(file, limits));
    }

    [Fact]
    public async Task A_writer_that_is_not_given_all_data_does_not_end()
    {
        var writer = await SafetensorsWriter.CreateAsync(new MemoryStream(), [new("a", SafetensorsType.U8, [3])], CancellationToken.None);
        await writer.WriteAsync(new byte[2], CancellationToken.None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.EndAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => writer.WriteAsync(new byte[2], CancellationToken.None));
    }

    private static HashSet<string> Described(IEnumerable<SafetensorsTensor> tensors) =>
        [.. tensors.Select(t => $"{t.Name} {t.Type} {string.Join('x', t.Shape)}")];

    private static byte[] File(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        return [.. prefix, .. json, .. new byte[dataBytes]];
    }

    private static async Task<byte[]> WriteAsync(IEnumerable<SafetensorsTensor> tensors)
    {
        using var stream = new MemoryStream();
        var writer = await SafetensorsWriter.CreateAsync(stream, tensors, CancellationToken.None);
        foreach (var tensor in writer.Tensors)
        {
            await writer.WriteAsync(Enumerable.Range(0, (int)tensor.Bytes).Select(i => (byte)(i + tensor.Name.Length)).ToArray(), CancellationToken.None);
        }

        await writer.EndAsync(CancellationToken.None);
        return stream.ToArray();
    }

    private static async Task<IReadOnlyList<SafetensorsTensor>> ReadAsync(byte[] file, SafetensorsLimits? limits = null)
    {
        using var stream = new MemoryStream(file);
        var reader = await SafetensorsReader.OpenAsync(stream, limits ?? new SafetensorsLimits(), CancellationToken.None);
        foreach (var tensor in reader.Tensors)
        {
            await reader.ReadAsync(new byte[tensor.Bytes], CancellationToken.None);
        }

        await reader.EndAsync(CancellationToken.None);
        return reader.Tensors;
    }
}
