using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.Policy.Tests;

/// <summary>The JSON Schema that editors use says the same as the loader.</summary>
public sealed class SchemaTests
{
    private static readonly JsonElement Schema =
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "policies", "policy.schema.json"))).RootElement;

    [Fact]
    public void Its_keys_are_the_loaders_keys_at_every_level() => Same("the policy", PolicyShape.Root, Schema);

    public static TheoryData<string, string[]> Words => new()
    {
        { "role", [.. PolicyShape.Roles] },
        { "rule", [.. PolicyShape.Rules] },
        { "permission", [.. Duo.Permissions.SelectMany(term => new[] { term.Code, term.Id })] },
        { "modifier", [.. Duo.Modifiers.SelectMany(term => new[] { term.Code, term.Id })] },
    };

    [Theory]
    [MemberData(nameof(Words))]
    public void Its_closed_lists_are_the_loaders(string name, string[] words) =>
        Assert.Equal(words.Order(), Strings(Schema.GetProperty("$defs").GetProperty(name).GetProperty("enum")).Order());

    [Fact]
    public void Its_words_in_place_are_the_loaders()
    {
        var properties = Schema.GetProperty("properties");
        var egress = properties.GetProperty("egress").GetProperty("properties");
        var test = properties.GetProperty("tests").GetProperty("items").GetProperty("properties");

        Assert.Equal(PolicyShape.Isolation, Strings(properties.GetProperty("isolation").GetProperty("items").GetProperty("enum")));
        Assert.Equal(PolicyShape.Precisions, Strings(egress.GetProperty("precision").GetProperty("enum")));
        Assert.Equal(PolicyShape.MetricsRules, Strings(egress.GetProperty("metrics").GetProperty("enum")));
        var intake = properties.GetProperty("intake").GetProperty("properties");
        var options = intake.GetProperty("deidentification").GetProperty("properties").GetProperty("options");
        Assert.Equal(PolicyShape.TextRules, Strings(intake.GetProperty("burned_in_text").GetProperty("enum")));
        Assert.Equal(PolicyShape.DeidentificationOptions, Strings(options.GetProperty("items").GetProperty("enum")));
        Assert.Equal(PolicyShape.Outcomes, Strings(test.GetProperty("expect").GetProperty("enum")));
    }

    /// <summary>The numbers' bounds, found by trying: the loader takes the schema's ends and nothing beyond.</summary>
    [Theory]
    [InlineData("approvals", "need", "need: 1")]
    [InlineData("limits", "trials", "trials: 1000")]
    [InlineData("limits", "parameters", "parameters: 150_000_000")]
    [InlineData("limits", "epochs", "epochs: 100")]
    [InlineData("limits", "progress_values", "progress_values: 2000")]
    [InlineData("minima", "batch", "batch: 8")]
    [InlineData("minima", "steps", "steps: 100")]
    [InlineData("minima", "patients", "patients: 20")]
    [InlineData("egress", "max_bytes", "max_bytes: 600_000_000")]
    [InlineData("egress", "min_count", "min_count: 5")]
    public void Its_bounds_are_the_loaders(string section, string key, string written)
    {
        var bounds = Schema.GetProperty("properties").GetProperty(section).GetProperty("properties").GetProperty(key);
        var least = bounds.GetProperty("minimum").GetInt64();
        var most = bounds.GetProperty("maximum").GetInt64();

        Assert.Empty(With(least));
        Assert.Empty(With(most));
        Assert.Single(With(least - 1));
        Assert.Single(With(most + 1));

        IReadOnlyList<string> With(long value) => Sample.Problems(Sample.Text.Replace(written, $"{key}: {value}", StringComparison.Ordinal));
    }

    private static void Same(string name, Shape shape, JsonElement schema)
    {
        if (schema.TryGetProperty("items", out var items))
        {
            schema = items;
        }

        var properties = schema.GetProperty("properties");
        Assert.Equal(shape.Keys.Order(), properties.EnumerateObject().Select(property => property.Name).Order());
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean(), $"{name} takes keys that the loader refuses");

        var required = schema.TryGetProperty("required", out var list) ? Strings(list) : [];
        Assert.Equal(shape.Fields.Where(each => each.Required).Select(each => each.Key).Order(), required.Order());

        foreach (var inner in shape.Fields.Where(each => each.Inner is not null))
        {
            Same(inner.Key, inner.Inner!, properties.GetProperty(inner.Key));
        }
    }

    private static List<string> Strings(JsonElement list) => [.. list.EnumerateArray().Select(element => element.GetString()!)];
}
