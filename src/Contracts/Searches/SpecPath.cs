using System.Text.Json;
using System.Text.Json.Nodes;

namespace Scanlock.Contracts.Searches;

/// <summary>Fields of a trial spec by path, such as <c>window.width</c>.</summary>
public static class SpecPath
{
    private const int MostShown = 60;

    /// <summary>What stands there, or null.</summary>
    public static JsonElement? Value(JsonElement spec, string path)
    {
        var at = spec;
        foreach (var name in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                return null;
            }
        }

        return at;
    }

    /// <summary>Puts a value there; groups that are missing are made.</summary>
    internal static void Set(JsonObject spec, string path, JsonElement value)
    {
        var names = path.Split('.');
        var at = spec;
        foreach (var name in names[..^1])
        {
            if (at[name] is not JsonObject inner)
            {
                at[name] = inner = [];
            }

            at = inner;
        }

        at[names[^1]] = JsonNode.Parse(value.GetRawText());
    }

    /// <summary>A path that a stranger wrote, fit for one line of a message.</summary>
    internal static string Shown(string path) => string.Concat(path.Take(MostShown).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
