using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Scanlock.Contracts;

/// <summary>
/// What every format that crosses a process boundary has in common: canonical JSON, snake_case members, <c>"v": 1</c>,
/// and a reader that refuses unknown, missing and repeated members.
/// </summary>
public static class Wire
{
    public const int Version = 1;

    /// <summary>Reads one value strictly.</summary>
    /// <exception cref="WireFormatException">The bytes are not that format.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        T? value;
        try
        {
            value = JsonSerializer.Deserialize(utf8, type);
        }
        catch (JsonException e)
        {
            // The parser's own sentence can quote the input; its path and position cannot.
            throw new WireFormatException($"Not a valid {typeof(T).Name}: at {e.Path ?? "$"}, line {e.LineNumber + 1}.", e);
        }

        catch (NotSupportedException e) when (type.PolymorphismOptions is not null)
        {
            // What the serializer throws where an object does not name, or not first, which of the type's kinds it is.
            throw new WireFormatException($"Not a valid {typeof(T).Name}: it does not begin with its kind.", e);
        }

        if (value is null)
        {
            throw new WireFormatException($"Not a valid {typeof(T).Name}: null.");
        }

        if (value is IVersioned { V: not Version } versioned)
        {
            throw new WireFormatException($"{typeof(T).Name} of version {versioned.V}; this program reads version {Version}.");
        }

        return value;
    }

    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => CanonicalJson.Serialize(value, type);
}

/// <summary>A format that carries its version.</summary>
public interface IVersioned
{
    int V { get; }
}
