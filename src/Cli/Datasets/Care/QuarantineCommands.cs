using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Care;

/// <summary><c>dataset quarantine</c>: what is kept apart and why, and a steward's decision on it.</summary>
internal static class QuarantineCommands
{
    private const int PageSize = 1000;

    public static Command Build() => new("quarantine", "See why objects are kept apart, and release or delete them.")
    {
        List(),
        Decide("release", "Take objects out of the quarantine: their samples are like any others from then on.", GatewayRoutes.ReleaseQuarantined),
        Decide("delete", "Destroy what is kept of them; sent again, they are quarantined again.", GatewayRoutes.DeleteQuarantined),
    };

    private static Command List()
    {
        var name = DatasetCommands.Name();
        var reason = Reason();
        var most = new Option<int>("--most") { HelpName = "N", Description = "List no more than so many; 0 for the counts alone.", DefaultValueFactory = _ => 100 };
        most.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
            {
                result.AddError("--most is 0 or more.");
            }
        });
        var command = new Command("list", "What is kept apart, oldest first; an object is named by its number in its upload.") { name, reason, most, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var page = await ReadAsync(session.Gateway(parse), parse.GetRequiredValue(name), parse.GetValue(reason), parse.GetValue(most), cancellationToken);
            return Output.Show(parse, page, ContractsJson.Strict.QuarantinePage, output => Write(output, page));
        });
        return command;
    }

    private static Command Decide(string verb, string description, string route)
    {
        var name = DatasetCommands.Name();
        var objects = new Argument<string[]>("ID") { Arity = ArgumentArity.ZeroOrMore, Description = "Objects, as 'list' names them." };
        var reason = Reason();
        var all = new Option<bool>("--all") { Description = "All that are kept apart." };
        var command = new Command(verb, description) { name, objects, reason, all, Session.GatewayOption };
        command.Validators.Add(result =>
        {
            var ways = (result.GetValue(objects) is { Length: > 0 } ? 1 : 0) + (result.GetValue(reason) is not null ? 1 : 0) + (result.GetValue(all) ? 1 : 0);
            if (ways != 1)
            {
                result.AddError("Which objects? Give their ids, or --reason CODE, or --all: one of the three.");
            }
        });
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var named = parse.GetValue(objects) is { Length: > 0 } ids ? ids : null;
            var decided = await session.Gateway(parse).PostAsync(
                Routes.Fill(route, parse.GetRequiredValue(name)), new QuarantineChoice(named, parse.GetValue(reason), parse.GetValue(all)),
                ContractsJson.Strict.QuarantineChoice, ContractsJson.Strict.QuarantineDecided, cancellationToken);
            return Output.Show(parse, decided, ContractsJson.Strict.QuarantineDecided, output =>
            {
                output.WriteLine($"'{decided.Dataset}': {decided.Objects} {(decided.Objects == 1 ? "object" : "objects")} {decided.Decision}, with {decided.Samples} {(decided.Samples == 1 ? "sample" : "samples")}.");
                if (decided.Left > 0)
                {
                    output.WriteLine($"{decided.Left} stay in the quarantine: there is nothing in them that could be a sample.");
                }
            });
        });
        return command;
    }

    private static Option<string?> Reason() => new("--reason") { HelpName = "CODE", Description = "Those that are kept apart for this reason, such as not-chest." };

    /// <summary>Pages put together, up to so many objects.</summary>
    private static async Task<QuarantinePage> ReadAsync(HostClient gateway, string dataset, string? code, int most, CancellationToken cancellationToken)
    {
        var path = Routes.Fill(GatewayRoutes.Quarantine, dataset);
        var filter = code is null ? "" : $"&code={Uri.EscapeDataString(code)}";
        var objects = new List<QuarantinedObject>();
        QuarantinePage page;
        string? next = null;
        do
        {
            var after = next is null ? "" : $"&after={Uri.EscapeDataString(next)}";
            var limit = Math.Clamp(most - objects.Count, 1, PageSize);
            page = await gateway.GetAsync($"{path}?limit={limit}{filter}{after}", ContractsJson.Strict.QuarantinePage, cancellationToken);
            objects.AddRange(page.Objects.Take(most - objects.Count));
            next = page.Next;
        }
        while (next is not null && objects.Count < most);

        return page with { Objects = objects };
    }

    private static void Write(TextWriter output, QuarantinePage page)
    {
        if (page.Total == 0)
        {
            output.WriteLine($"Nothing of '{page.Dataset}' is kept apart.");
            return;
        }

        output.WriteLine($"'{page.Dataset}': {page.Total} kept apart: {string.Join(", ", page.Counts.Select(count => Output.Printable($"{count.Value} {count.Key}")))}.");
        foreach (var group in page.Objects.GroupBy(kept => (kept.Code, kept.Reason)))
        {
            output.WriteLine();
            output.WriteLine(Output.Printable($"{group.Key.Code}: {group.Key.Reason}"));
            Output.Table(
                output,
                ["id", "object", "upload", "by token", "samples", "since"],
                group.Select(kept => (string[])[kept.Id, $"{kept.Ordinal}", kept.Upload, kept.Token ?? "-", $"{kept.Samples}", $"{kept.At.UtcDateTime:yyyy-MM-dd HH:mm}Z"]));
        }

        if (page.Next is not null)
        {
            output.WriteLine();
            output.WriteLine("There are more: --most N lists more of them, --reason CODE those of one reason.");
        }
    }
}
