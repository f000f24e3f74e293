using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Scanlock.Testing;

namespace Scanlock.Egress.Tests;

/// <summary>A safetensors file put together by hand, so that it can be wrong in every way.</summary>
public sealed class ModelFile
{
    private static readonly Lazy<ModelFile> s_bf16 = new(() => Honest("BF16"));
    private static readonly Lazy<ModelFile> s_f32 = new(() => Honest("F32"));

    private readonly List<Part> _parts;

    private ModelFile(IEnumerable<Part> parts) => _parts = [.. parts];

    /// <summary>Tensors in the order of their data.</summary>
    public IList<Part> Parts => _parts;

    private string Metadata { get; init; } = "";

    private string After { get; init; } = "";

    /// <summary>Name, type and shape as the header says them, and the bytes.</summary>
    public sealed record Part(string Name, string Type, long[] Shape, byte[] Data);

    /// <summary>What torchvision's resnet18 consists of, in the order in which the format's own library lays it out.</summary>
    public static ModelFile Bf16 => new(s_bf16.Value.Parts);

    public static ModelFile F32 => new(s_f32.Value.Parts);

    public ModelFile With(string name, Func<Part, Part> change)
    {
        var index = _parts.FindIndex(part => part.Name == name);
        Parts[index] = change(Parts[index] with { Data = [.. Parts[index].Data] });
        return this;
    }

    /// <summary>The same tensors with metadata before and bytes after them.</summary>
    public ModelFile Beside(string metadata, string after) => new(Parts) { Metadata = metadata, After = after };

    /// <summary>Puts bytes into a tensor's data.</summary>
    public ModelFile Put(string name, int at, params byte[] bytes) => With(name, part =>
    {
        bytes.CopyTo(part.Data, at);
        return part;
    });

    public ModelFile Change(Action<IList<Part>> change)
    {
        change(_parts);
        return this;
    }

    public byte[] Bytes() => Bytes(Header());

    /// <summary>The data under any header at all.</summary>
    public byte[] Bytes(string header)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var padding = (8 - (text.Length % 8)) % 8;
        var bytes = new byte[8 + text.Length + padding + Parts.Sum(part => part.Data.Length) + After.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length + padding);
        text.CopyTo(bytes, 8);
        bytes.AsSpan(8 + text.Length, padding).Fill((byte)' ');
        var at = 8 + text.Length + padding;
        foreach (var part in Parts)
        {
            part.Data.CopyTo(bytes, at);
            at += part.Data.Length;
        }

        Encoding.ASCII.GetBytes(After).CopyTo(bytes, at);
        return bytes;
    }

    public string Header()
    {
        long offset = 0;
        var entries = Parts.Select(part =>
        {
            var begin = offset;
            offset += part.Data.Length;
            return string.Create(
                CultureInfo.InvariantCulture,
                $$"""{{Quoted(part.Name)}}:{"dtype":"{{part.Type}}","shape":[{{string.Join(',', part.Shape)}}],"data_offsets":[{{begin}},{{offset}}]}""");
        }).ToList();
        return "{" + string.Join(',', Metadata.Length == 0 ? entries : entries.Prepend($"\"__metadata__\":{Metadata}")) + "}";
    }

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private static ModelFile Honest(string floats)
    {
        var dice = new Random(1);
        var lines = File.ReadLines(Repository.Vector("resnet18.txt")).Where(line => !line.StartsWith('#')).Select(line => line.Split(' ')).ToList();
        var parts = lines.Select(words =>
        {
            long[] shape = words[2] is not "scalar" and var sizes ? [.. sizes.Split('x').Select(size => long.Parse(size, CultureInfo.InvariantCulture))] : [];
            var count = shape.Aggregate(1L, (product, size) => product * size);
            return words[1] == "I64"
                ? new Part(words[0], "I64", shape, BitConverter.GetBytes((long)Sample.Steps))
                : new Part(words[0], floats, shape, Floats(dice, count, floats));
        });
        return new ModelFile(parts.OrderByDescending(part => part.Type == "I64").ThenBy(part => part.Name, StringComparer.Ordinal));
    }

    /// <summary>Numbers of bf16 precision, in either type.</summary>
    private static byte[] Floats(Random dice, long count, string type)
    {
        var bytes = new byte[count * (type == "F32" ? 4 : 2)];
        for (var index = 0; index < count; index++)
        {
            var upper = (ushort)(BitConverter.SingleToUInt32Bits((float)(dice.NextDouble() - 0.5)) >> 16);
            BinaryPrimitives.WriteUInt16LittleEndian(type == "F32" ? bytes.AsSpan((index * 4) + 2) : bytes.AsSpan(index * 2), upper);
        }

        return bytes;
    }
}
