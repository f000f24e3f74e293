using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets;

/// <summary><c>--dataset NAME</c>; may be left out where the gateway has one dataset only.</summary>
internal static class DatasetOption
{
    public static Option<string?> Build() => new("--dataset") { HelpName = "NAME", Description = "The dataset; may be left out where the gateway has just one." };

    public static async Task<string> ResolveAsync(HostClient gateway, string? given, CancellationToken cancellationToken)
    {
        if (given is not null)
        {
            return given;
        }

        var entries = await gateway.GetAsync(GatewayRoutes.Datasets, ContractsJson.Strict.IReadOnlyListDatasetEntry, cancellationToken);
        var live = entries.Where(entry => entry.State != DatasetStates.Withdrawn).ToList();
        return live is [var only]
            ? only.Name
            : throw HostProblemException.Local("which-dataset", live.Count == 0
                ? "The gateway has no dataset yet: scanlock dataset create NAME --policy FILE"
                : $"Which dataset? Give --dataset: {string.Join(", ", live.Select(entry => entry.Name))}.");
    }
}
