using System.Text.Json.Nodes;

namespace Scanlock.Contracts.Trials;

/// <summary>The JSON Schema (2020-12) of trial specs, for editors and for programs that write them.</summary>
public static class TrialSpecSchema
{
    public static JsonObject Create()
    {
        var schema = Group(TrialSpecFields.All);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Scanlock trial spec");
        return schema;
    }

    private static JsonObject Group(GroupField group) => new()
    {
        ["type"] = "object",
        ["description"] = group.Says,
        ["additionalProperties"] = false,
        ["required"] = new JsonArray([.. group.Fields.Where(f => !f.MayBeLeftOut).Select(f => JsonValue.Create(f.Name))]),
        ["properties"] = new JsonObject(group.Fields.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Name, Field(f)))),
    };

    private static JsonObject Field(SpecField field)
    {
        var schema = field switch
        {
            GroupField f => Group(f),
            IntegerField f => new JsonObject
            {
                ["type"] = "integer",
                ["minimum"] = f.Min,
                ["maximum"] = f.Max,
                ["enum"] = f.Step > 1 ? new JsonArray([.. TrialSpecReader.Values(f).Select(v => JsonValue.Create(v))]) : null,
                ["default"] = f.Default,
            },
            NumberField f => new JsonObject
            {
                ["type"] = "number",
                [f.Above ? "exclusiveMinimum" : "minimum"] = f.Min,
                ["maximum"] = f.Max,
                ["default"] = f.Default,
            },
            FlagField f => new JsonObject { ["type"] = "boolean", ["default"] = f.Default },
            ChoiceField f => new JsonObject
            {
                ["enum"] = new JsonArray([.. f.Choices.Select(c => JsonValue.Create(c))]),
                ["default"] = f.Default,
            },
            NameField f => new JsonObject { ["type"] = "string", ["pattern"] = f.Pattern },
            DigestField f => new JsonObject { ["type"] = "string", ["pattern"] = f.Pattern, ["default"] = f.Default },
            _ => throw new InvalidOperationException($"no schema for {field.GetType().Name}"),
        };

        foreach (var unset in schema.Where(member => member.Value is null).Select(member => member.Key).ToArray())
        {
            schema.Remove(unset);
        }

        schema["description"] = field.Says;
        return schema;
    }
}
