using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Scanlock.Contracts.Codecs;

/// <summary>The header of a safetensors file: the tensors, in the order of their data.</summary>
internal static class SafetensorsHeader
{
    private const string MetadataName = "__metadata__";

    private static readonly List<string> s_typeNames = [.. Enum.GetNames<SafetensorsType>().Select(n => n.ToUpperInvariant())];

    /// <summary>Escapes what JSON must and no more, as the format's own library does; nobody reads this as HTML.</summary>
    private static readonly JsonSerializerOptions s_written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>The one way to write it: alignment falls, then names rise, so that every tensor starts aligned.</summary>
    internal static IReadOnlyList<SafetensorsTensor> Order(IEnumerable<SafetensorsTensor> tensors) =>
        [.. tensors.OrderByDescending(t => t.Type).ThenBy(t => t.Name, StringComparer.Ordinal)];

    internal static byte[] Write(IReadOnlyList<SafetensorsTensor> ordered, IReadOnlyDictionary<string, string> metadata)
    {
        var header = new JsonObject();
        if (metadata.Count > 0)
        {
            header.Add(MetadataName, new JsonObject(metadata.OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => KeyValuePair.Create<string, JsonNode?>(m.Key, m.Value))));
        }

        long offset = 0;
        foreach (var tensor in ordered)
        {
            if (Fault(tensor) is { } fault)
            {
                throw new ArgumentException($"tensor '{tensor.Name}' {fault}", nameof(ordered));
            }

            header.Add(tensor.Name, new JsonObject
            {
                ["dtype"] = s_typeNames[(int)tensor.Type],
                ["shape"] = new JsonArray([.. tensor.Shape.Select(s => JsonValue.Create(s))]),
                ["data_offsets"] = new JsonArray(offset, offset += tensor.Bytes),
            });
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString(s_written));
        var padded = new byte[(json.Length + 7) / 8 * 8];
        json.CopyTo(padded, 0);
        padded.AsSpan(json.Length).Fill((byte)' ');
        return padded;
    }

    /// <remarks>
    /// Messages place a fault by its ordinal and quote nothing: the header is a stranger's, and a message may leave where it may not.
    /// </remarks>
    internal static (IReadOnlyList<SafetensorsTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Parse(
        ReadOnlyMemory<byte> json, SafetensorsLimits limits)
    {
        if (json.Length == 0 || json.Span[0] != (byte)'{')
        {
            throw new WireFormatException("The safetensors header is not a JSON object.");
        }

        try
        {
            using var document = JsonDocument.Parse(json, s_options);
            var placed = document.RootElement.EnumerateObject().Where(m => m.Name != MetadataName).Select(Tensor)
                .OrderBy(t => t.Begin).ThenBy(t => t.End).ToList();
            var metadata = Metadata(document.RootElement);
            CheckLayout(placed, limits);
            return ([.. placed.Select(p => p.Tensor)], metadata);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Names are decoded only when asked for: InvalidOperationException is how the parser says then that one is not text.
            throw new WireFormatException("The safetensors header is not JSON without repeated names.", e);
        }
    }

    private static (SafetensorsTensor Tensor, long Begin, long End) Tensor(JsonProperty member, int index)
    {
        var (name, value) = (member.Name, member.Value);
        var known = $"Tensor {index + 1} of the header";
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != 3
            || !value.TryGetProperty("dtype", out var dtype)
            || !value.TryGetProperty("shape", out var shape)
            || !value.TryGetProperty("data_offsets", out var offsets))
        {
            throw new WireFormatException($"{known} is not described by exactly dtype, shape and data_offsets.");
        }

        if (dtype.ValueKind != JsonValueKind.String || !TryType(dtype.GetString()!, out var type))
        {
            throw new WireFormatException($"{known} has an unknown dtype.");
        }

        if (Numbers(shape, SafetensorsTensor.MaxDimensions) is not { } sizes || Numbers(offsets, 2) is not [var begin, var end])
        {
            throw new WireFormatException($"{known} has a shape or offsets that are not whole numbers.");
        }

        var tensor = new SafetensorsTensor(name, type, sizes);
        if (Fault(tensor) is { } fault)
        {
            throw new WireFormatException($"{known} {fault}.");
        }

        return end - begin == tensor.Bytes
            ? (tensor, begin, end)
            : throw new WireFormatException($"{known} does not span the bytes that its shape asks for.");
    }

    private static bool TryType(string text, out SafetensorsType type)
    {
        var index = s_typeNames.IndexOf(text);
        type = index < 0 ? default : (SafetensorsType)index;
        return index >= 0;
    }

    private static long[]? Numbers(JsonElement array, int most)
    {
        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > most)
        {
            return null;
        }

        var numbers = new List<long>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
            {
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static string? Fault(SafetensorsTensor tensor)
    {
        if (tensor.Name.Length is 0 or > SafetensorsTensor.MaxNameLength || tensor.Name == MetadataName || tensor.Name.Any(char.IsControl))
        {
            return $"has a name that is empty, longer than {SafetensorsTensor.MaxNameLength} or not printable";
        }

        if (tensor.Shape.Count > SafetensorsTensor.MaxDimensions || tensor.Shape.Any(s => s < 0))
        {
            return $"has more than {SafetensorsTensor.MaxDimensions} dimensions or a negative one";
        }

        try
        {
            return tensor.Bytes < 0 ? "is too large" : null;
        }
        catch (OverflowException)
        {
            return "is too large";
        }
    }

    private static Dictionary<string, string> Metadata(JsonElement header)
    {
        if (!header.TryGetProperty(MetadataName, out var metadata))
        {
            return [];
        }

        return metadata.ValueKind == JsonValueKind.Object && metadata.EnumerateObject().All(m => m.Value.ValueKind == JsonValueKind.String)
            ? metadata.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!, StringComparer.Ordinal)
            : throw new WireFormatException("The safetensors metadata is not an object of strings.");
    }

    /// <summary>Tensors follow one another from 0 without a gap: no byte belongs to two of them or to none.</summary>
    private static void CheckLayout(List<(SafetensorsTensor Tensor, long Begin, long End)> placed, SafetensorsLimits limits)
    {
        if (placed.Count > limits.Tensors)
        {
            throw new WireFormatException($"The safetensors file has more than the {limits.Tensors} tensors that are read.");
        }

        long reached = 0;
        foreach (var (_, begin, end) in placed)
        {
            if (begin != reached)
            {
                throw new WireFormatException($"A tensor {(begin < reached ? "overlaps the one before it" : "leaves a gap before it")}.");
            }

            reached = end;
        }

        if (reached > limits.DataBytes)
        {
            throw new WireFormatException($"The safetensors file holds more than the {limits.DataBytes} bytes of data that are read.");
        }
    }
}
