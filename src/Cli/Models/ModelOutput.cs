using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Codecs;

namespace Scanlock.Cli.Models;

/// <summary>How <c>model inspect</c> speaks.</summary>
internal static class ModelOutput
{
    public static void Inspected(ParseResult parse, ModelInspection model)
    {
        var json = new InspectedJson(
            model.Path, model.Bytes, model.Digest.ToString(), model.Network, model.Precision, model.Parameters, model.Canonical, model.Metadata,
            [.. model.Tensors.Select(tensor => new TensorJson(tensor.Name, Type(tensor), tensor.Shape))], model.Checks, model.Problems);
        Output.Show(parse, json, ModelJsonContext.Default.InspectedJson, output => Write(output, model));
    }

    private static void Write(TextWriter output, ModelInspection model)
    {
        var rows = model.Tensors.Select(tensor => (IReadOnlyList<string>)
            [tensor.Name, Type(tensor), Shape(tensor), Number(tensor.Elements)]);
        Output.Table(output, ["tensor", "type", "shape", "numbers"], rows);
        output.WriteLine();
        Output.Facts(
            output,
            ("file", $"{model.Path}, {Number(model.Bytes)} bytes, {model.Digest}"),
            ("network", model.Network ?? "none that this program knows"),
            ("parameters", Number(model.Parameters)),
            ("canonical", model.Canonical switch { true => "yes", false => "no: the gate would write other bytes", null => "refused by the gate" }));
        foreach (var (key, value) in model.Metadata)
        {
            output.WriteLine(Output.Printable($"metadata    {key} = {value}"));
        }

        output.WriteLine();
        foreach (var check in model.Checks)
        {
            output.WriteLine($"ok    {Output.Printable(check)}");
        }

        foreach (var problem in model.Problems)
        {
            output.WriteLine($"FAIL  {Output.Printable(problem)}");
        }
    }

    private static string Type(SafetensorsTensor tensor) => tensor.Type.ToString().ToUpperInvariant();

    private static string Shape(SafetensorsTensor tensor) => tensor.Shape.Count == 0 ? "scalar" : string.Join(" x ", tensor.Shape);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

internal sealed record TensorJson(string Name, string Type, IReadOnlyList<long> Shape);

internal sealed record InspectedJson(
    string File,
    long Bytes,
    string Digest,
    string? Network,
    string Precision,
    long Parameters,
    bool? Canonical,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<TensorJson> Tensors,
    IReadOnlyList<string> Checks,
    IReadOnlyList<string> Problems);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InspectedJson))]
internal sealed partial class ModelJsonContext : JsonSerializerContext;
