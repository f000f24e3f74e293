using System.CommandLine;
using Scanlock.Cli.Datasets.Archive;
using Scanlock.Cli.Datasets.Care;
using Scanlock.Cli.Datasets.Labels;
using Scanlock.Cli.Datasets.Uploads;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets;

/// <summary><c>dataset</c>: what a steward does with a dataset, and what anyone signed in may see of it.</summary>
internal static class DatasetCommands
{
    public static IEnumerable<Command> All() =>
    [
        new Command("dataset", "Share CT data under a policy.")
        {
            Create(),
            UploadCommand.Build(),
            QuarantineCommands.Build(),
            QualityCommand.Build(),
            PreviewCommand.Build(),
            LabelCommand.Build(),
            TokenCommands.All(),
            SealCommand.Build(),
            ArchiveCommand.Build(),
            List(),
            Show(),
            Policy(),
            Withdraw(),
        },
    ];

    internal static Argument<string> Name() => new("NAME") { Description = "The dataset." };

    private static Command Create()
    {
        var name = Name();
        var policy = new Option<FileInfo>("--policy") { Required = true, HelpName = "FILE", Description = "Its policy file." };
        var title = new Option<string?>("--title") { Description = "Title in the catalogue." };
        var description = new Option<string?>("--description") { Description = "What a researcher should know of it; everyone who signs in may read it." };
        var command = new Command("create", "Create an empty dataset.") { name, policy, title, description, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var dataset = parse.GetRequiredValue(name);
            var body = new CreateDataset(
                dataset, parse.GetValue(title) ?? dataset, parse.GetValue(description) ?? "", await File.ReadAllTextAsync(parse.GetRequiredValue(policy).FullName, cancellationToken));
            var entry = await session.Gateway(parse).PostAsync(
                GatewayRoutes.Datasets, body, ContractsJson.Strict.CreateDataset, ContractsJson.Strict.DatasetEntry, cancellationToken);
            return Output.Show(parse, entry, ContractsJson.Strict.DatasetEntry, output => output.WriteLine($"Created '{entry.Name}'. Next: scanlock dataset upload PATH --dataset {entry.Name}"));
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "The catalogue.") { Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var entries = await session.Gateway(parse).GetAsync(GatewayRoutes.Datasets, ContractsJson.Strict.IReadOnlyListDatasetEntry, cancellationToken);
            return Output.Show(parse, entries, ContractsJson.Strict.IReadOnlyListDatasetEntry, output =>
            {
                if (entries.Count == 0)
                {
                    output.WriteLine("No dataset yet.");
                    return;
                }

                Output.Table(
                    output,
                    ["name", "state", "version", "samples", "patients", "title"],
                    entries.Select(e => (string[])[e.Name, e.State, e.LatestVersion?.ToString() ?? "-", Count(e.Samples), Count(e.Patients), e.Title]));
            });
        });
        return command;
    }

    private static Command Show()
    {
        var name = Name();
        var command = new Command("show", "One catalogue entry.") { name, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var entry = await session.Gateway(parse).GetAsync(
                Routes.Fill(GatewayRoutes.Dataset, parse.GetRequiredValue(name)), ContractsJson.Strict.DatasetEntry, cancellationToken);
            return Report(parse, entry);
        });
        return command;
    }

    private static Command Policy()
    {
        var name = Name();
        var file = new Argument<FileInfo>("FILE") { Description = "The new policy file." };
        var command = new Command("policy", "Replace a dataset's policy; running jobs are decided by it from their next lease on.") { name, file, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var body = new ReplacePolicy(await File.ReadAllTextAsync(parse.GetRequiredValue(file).FullName, cancellationToken));
            var entry = await session.Gateway(parse).SendJsonAsync(
                HttpMethod.Put, Routes.Fill(GatewayRoutes.Policy, parse.GetRequiredValue(name)), body, ContractsJson.Strict.ReplacePolicy, ContractsJson.Strict.DatasetEntry, cancellationToken);
            return Report(parse, entry);
        });
        return command;
    }

    private static Command Withdraw()
    {
        var name = Name();
        var yes = new Option<bool>("--yes") { Description = "Do not ask. What was staged anywhere can never be opened again." };
        var command = new Command("withdraw", "Destroy a dataset's keys, for good.") { name, yes, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var dataset = parse.GetRequiredValue(name);
            if (!parse.GetValue(yes) && !Confirmed(dataset))
            {
                return Failure.Report(parse, ExitCode.Usage, "not-confirmed", $"'{dataset}' is as it was; give its name, or --yes.");
            }

            using var session = Session.Of(parse);
            var entry = await session.Gateway(parse).PostAsync(Routes.Fill(GatewayRoutes.Withdraw, dataset), ContractsJson.Strict.DatasetEntry, cancellationToken);
            return Report(parse, entry);
        });
        return command;
    }

    private static bool Confirmed(string dataset)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        Console.Error.Write($"This destroys the keys of '{dataset}': no copy of it can be opened again. Type its name to go on: ");
        return Console.ReadLine() == dataset;
    }

    private static int Report(ParseResult parse, DatasetEntry entry) => Output.Show(parse, entry, ContractsJson.Strict.DatasetEntry, output => Output.Facts(
        output,
        ("name", entry.Name),
        ("title", entry.Title),
        ("about", entry.Description.Length > 0 ? entry.Description : null),
        ("steward", entry.Steward),
        ("state", entry.State),
        ("version", entry.LatestVersion?.ToString()),
        ("labels", entry.LabelNames.Count > 0 ? string.Join(", ", entry.LabelNames) : null),
        ("samples", Count(entry.Samples)),
        ("patients", Count(entry.Patients)),
        ("policy", entry.PolicyRevision.ToString())));

    /// <summary>A suppressed count is not a zero.</summary>
    private static string Count(int? count) => count?.ToString() ?? "not shown";
}
