using System.CommandLine;
using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Cli.Models;

/// <summary><c>model inspect</c>: what is in a model file, and whether a gateway's gate would let it out.</summary>
internal static class ModelCommands
{
    public static IEnumerable<Command> All() => [new Command("model", "Look into model files.") { Inspect() }];

    private static Command Inspect()
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors file." };
        var network = new Option<string?>("--network")
        {
            HelpName = "NAME",
            Description = "The network it should be; found by its tensors when left out.",
        };
        network.AcceptOnlyFromAmong([.. TrialNetworks.Names]);
        var precision = new Option<string?>("--precision")
        {
            HelpName = "bf16|f32",
            Description = "The precision it should have; its own when left out.",
        };
        precision.AcceptOnlyFromAmong(TrainerJob.Bf16, TrainerJob.F32);
        var command = new Command("inspect", "List the tensors of a model file and check it as a gateway's gate would. Exits 4 if a check fails.")
        {
            file, network, precision,
        };
        command.SetAction((parse, cancellationToken) =>
            InspectAsync(parse, parse.GetRequiredValue(file), parse.GetValue(network), parse.GetValue(precision), cancellationToken));
        return command;
    }

    private static async Task<int> InspectAsync(
        ParseResult parse, string path, string? network, string? precision, CancellationToken cancellationToken)
    {
        try
        {
            var inspection = await ModelInspection.ReadAsync(path, network, precision, cancellationToken);
            ModelOutput.Inspected(parse, inspection);
            return inspection.Problems.Count == 0 ? ExitCode.Done : ExitCode.VerificationFailed;
        }
        catch (WireFormatException malformed)
        {
            return Failure.Report(parse, ExitCode.VerificationFailed, "not-safetensors", $"{path}: {malformed.Message}");
        }
    }
}
