using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Access;

/// <summary><c>access</c>: requests for data and for models, and the decisions on them.</summary>
internal static class AccessCommands
{
    public static IEnumerable<Command> All() =>
    [
        new Command("access", "Ask for access, and decide on what was asked.")
        {
            RequestCommand.Build(),
            List(),
            Show(),
            Decide("approve", "Agree to a request for access, or to a model's release.", GatewayRoutes.Approve),
            Decide("deny", "Refuse it.", GatewayRoutes.Deny),
            Decide("revoke", "Take back an allowed request: its jobs stop within one lease.", GatewayRoutes.Revoke),
        },
    ];

    internal static int Report(ParseResult parse, RequestView view)
    {
        Output.Show(parse, view, ContractsJson.Strict.RequestView, output => Write(output, view, everyReason: false));
        return view.State is RequestStates.Denied ? ExitCode.RefusedByPolicy : ExitCode.Done;
    }

    private static Command List()
    {
        var pending = new Option<bool>("--pending") { Description = "Only those that wait for a decision." };
        var command = new Command("list", "The requests you may see.") { pending, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var all = await session.Gateway(parse).GetAsync(GatewayRoutes.Requests, ContractsJson.Strict.IReadOnlyListRequestView, cancellationToken);
            IReadOnlyList<RequestView> shown = parse.GetValue(pending) ? [.. all.Where(view => view.State == RequestStates.Pending)] : all;
            return Output.Show(parse, shown, ContractsJson.Strict.IReadOnlyListRequestView, output =>
            {
                if (shown.Count == 0)
                {
                    output.WriteLine("No request.");
                    return;
                }

                Output.Table(
                    output,
                    ["id", "kind", "dataset", "project", "state", "approvals", "since"],
                    shown.Select(v => (string[])[v.Id, v.Kind, v.Dataset, v.Project, v.State, Agreed(v), $"{v.At.UtcDateTime:yyyy-MM-dd HH:mm}Z"]));
            });
        });
        return command;
    }

    private static Command Show()
    {
        var id = Id();
        var command = new Command("show", "One request, with every reason.") { id, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var view = await session.Gateway(parse).GetAsync(Routes.Fill(GatewayRoutes.Request, parse.GetRequiredValue(id)), ContractsJson.Strict.RequestView, cancellationToken);
            return Output.Show(parse, view, ContractsJson.Strict.RequestView, output => Write(output, view, everyReason: true));
        });
        return command;
    }

    private static Command Decide(string name, string description, string route)
    {
        var id = Id();
        var comment = new Option<string>("--comment") { Required = true, HelpName = "TEXT", Description = "Why; it goes into the record. No patient may be named in it." };
        var command = new Command(name, description) { id, comment, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var view = await session.Gateway(parse).PostAsync(
                Routes.Fill(route, parse.GetRequiredValue(id)), new DecideRequest(parse.GetRequiredValue(comment)), ContractsJson.Strict.DecideRequest, ContractsJson.Strict.RequestView, cancellationToken);
            return Output.Show(parse, view, ContractsJson.Strict.RequestView, output => Write(output, view, everyReason: false));
        });
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The request's id." };

    private static string Agreed(RequestView view) => $"{view.Approvals.Count(a => a.Decision == "approve")} of {view.ApprovalsNeeded}";

    private static void Write(TextWriter output, RequestView view, bool everyReason)
    {
        Output.Facts(
            output,
            ("request", view.Id),
            ("kind", view.Kind),
            ("dataset", view.Dataset),
            ("project", view.Project),
            ("from", $"{view.Requester.Subject} of {view.Requester.Organisation}"),
            ("purpose", view.Access is { } access ? $"{access.Purpose.Permission} {string.Join(' ', access.Purpose.Conditions)}".TrimEnd() : null),
            ("site", view.Access?.Site),
            ("trainer", view.Access?.Trainer.ToString()),
            ("job", view.Job),
            ("state", view.State),
            ("approvals", Agreed(view)));
        foreach (var approval in view.Approvals)
        {
            output.WriteLine(Output.Printable($"  {approval.Decision} by {approval.Approver}: {approval.Comment}"));
        }

        Output.Reasons(output, view.Reasons, everyReason);
    }
}
