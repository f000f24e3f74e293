using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Scanlock.Cli.Runs;

/// <summary>
/// An experiment as a researcher writes it: YAML (of which JSON is a part) with the members of <see cref="ExperimentSpec"/>; what has
/// a usual value may be left out.
/// </summary>
internal static class ExperimentFile
{
    private const long MaxBytes = 1 << 20;
    private const int MaxDepth = 16;
    private const int UsualReduction = 3;
    private static readonly string[] s_searchMembers = ["trials", "folds", "objective", "halving"];
    private static readonly string[] s_dimensionMembers = ["values", "min", "max", "scale", "when"];

    /// <exception cref="FormatException">The message names the place and the fault.</exception>
    public static async Task<ExperimentSpec> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        if (file.Length > MaxBytes)
        {
            throw new FormatException($"{file.Name} has {file.Length} bytes; an experiment has at most {MaxBytes}.");
        }

        var root = Parse(await File.ReadAllTextAsync(file.FullName, cancellationToken), file.Name);
        AddUsualValues(root);
        try
        {
            return Wire.Read(JsonSerializer.SerializeToUtf8Bytes(root, NodeJson.Default.JsonNode), ContractsJson.Strict.ExperimentSpec);
        }
        catch (WireFormatException e)
        {
            // The line is one of the JSON made above, not of the file; the parser's own sentence may quote, for it is the user's own text.
            var json = e.InnerException as JsonException;
            throw new FormatException($"{file.Name}, at {json?.Path ?? "$"}: {json?.Message.Split(" Path:")[0] ?? e.Message}", e);
        }
    }

    private static void AddUsualValues(JsonObject root)
    {
        root.TryAdd("v", Wire.Version);
        root.TryAdd("version", null);
        root.TryAdd("trainer", null);
        root.TryAdd("bounds", null);
        root.TryAdd("seed", 1);
        root.TryAdd("resources", new JsonObject());
        if (root["resources"] is JsonObject resources)
        {
            resources.TryAdd("cpus", 2);
            resources.TryAdd("memory_mib", 4096);
            resources.TryAdd("gpus", 0);
            resources.TryAdd("minutes", 60);
        }

        if (root["purpose"] is JsonObject purpose)
        {
            purpose.TryAdd("conditions", new JsonArray());
            purpose.TryAdd("disease", null);
        }

        if (root["search"] is JsonObject search)
        {
            AddUsualValuesOfSearch(search);
        }
    }

    private static void AddUsualValuesOfSearch(JsonObject search)
    {
        search.TryAdd("space", new JsonObject());
        foreach (var member in s_searchMembers)
        {
            search.TryAdd(member, null);
        }

        foreach (var (path, dimension) in search["space"] is JsonObject space ? [.. space] : Array.Empty<KeyValuePair<string, JsonNode?>>())
        {
            // A list by itself is the list of values.
            var full = dimension as JsonObject ?? new JsonObject { ["values"] = dimension?.DeepClone() };
            foreach (var member in s_dimensionMembers)
            {
                full.TryAdd(member, null);
            }

            search["space"]![path] = full.DeepClone();
        }

        if (search["halving"] is JsonObject halving)
        {
            halving.TryAdd("reduction", UsualReduction);
            halving.TryAdd("first_epochs", 1);
        }
    }

    private static JsonObject Parse(string text, string name)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents is [{ RootNode: YamlMappingNode root }]
                ? (JsonObject)Convert(root, 0)!
                : throw new FormatException($"{name} is not one YAML mapping.");
        }
        catch (YamlException e)
        {
            throw new FormatException($"{name}:{e.Start.Line}:{e.Start.Column}: {e.Message}", e);
        }
    }

    private static JsonNode? Convert(YamlNode node, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new YamlException(node.Start, node.End, $"nested deeper than {MaxDepth} levels.");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var members = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    var name = key as YamlScalarNode ?? throw new YamlException(key.Start, key.End, "a member's name is a word.");
                    members.Add(name.Value!, Convert(value, depth + 1));
                }

                return members;
            case YamlSequenceNode sequence:
                return new JsonArray([.. sequence.Children.Select(item => Convert(item, depth + 1))]);
            case YamlScalarNode scalar:
                return Scalar(scalar);
            default:
                throw new YamlException(node.Start, node.End, "aliases are not read here.");
        }
    }

    /// <summary>YAML's core schema: what is plain and looks like a number, a truth value or null is one.</summary>
    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            return JsonValue.Create(text);
        }

        return text switch
        {
            "" or "null" or "~" => null,
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            _ when long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode))]
internal sealed partial class NodeJson : System.Text.Json.Serialization.JsonSerializerContext;
