using System.CommandLine;
using System.Text;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary><c>dataset token</c>: what a steward does with the upload tokens of a dataset, by which machines send into it.</summary>
internal static class TokenCommands
{
    public static Command All() => new("token", "Let a machine, such as a PACS, send into a dataset.") { Create(), List(), Revoke(), Drop() };

    private static Command Create()
    {
        var dataset = DatasetCommands.Name();
        var title = new Option<string>("--for") { Required = true, HelpName = "WHAT", Description = "What the token is for, such as 'PACS ward 3'." };
        var days = new Option<int?>("--days") { HelpName = "N", Description = "How long it is good for, 1 to 365 days; 90 where left out." };
        var file = new Option<FileInfo?>("--out") { HelpName = "FILE", Description = "Write the token to a new file (mode 0600) instead of showing it." };
        var command = new Command("create", "Make an upload token. It is shown this once.") { dataset, title, days, file, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var gateway = session.Gateway(parse);
            var name = parse.GetRequiredValue(dataset);

            // Its place first: a token that was made and cannot be written would be lost.
            using var place = parse.GetValue(file) is { } target
                ? OwnerOnly.Create(target.FullName, FileMode.CreateNew)
                : null;
            CreatedUploadToken created;
            try
            {
                created = await gateway.PostAsync(
                    Routes.Fill(GatewayRoutes.UploadTokens, name), new CreateUploadToken(parse.GetRequiredValue(title), parse.GetValue(days)),
                    ContractsJson.Strict.CreateUploadToken, ContractsJson.Strict.CreatedUploadToken, cancellationToken);
            }
            catch when (place is not null)
            {
                File.Delete(place.Name);
                throw;
            }

            if (place is null)
            {
                return Output.Show(parse, created, ContractsJson.Strict.CreatedUploadToken, output => Show(output, created, gateway.Url, created.Secret));
            }

            await place.WriteAsync(Encoding.ASCII.GetBytes(created.Secret + "\n"), cancellationToken);
            return Output.Show(parse, created.Token, ContractsJson.Strict.UploadTokenView, output => Show(output, created, gateway.Url, $"<the token in {place.Name}>"));
        });
        return command;
    }

    private static Command List()
    {
        var dataset = DatasetCommands.Name();
        var command = new Command("list", "The upload tokens of a dataset; not what they are, which nobody can tell.") { dataset, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var tokens = await TokensAsync(session.Gateway(parse), parse.GetRequiredValue(dataset), cancellationToken);
            return Output.Show(parse, tokens, ContractsJson.Strict.IReadOnlyListUploadTokenView, output =>
            {
                if (tokens.Count == 0)
                {
                    output.WriteLine("No upload token yet.");
                    return;
                }

                Output.Table(
                    output, ["for", "state", "expires", "last used", "created by", "id"],
                    tokens.Select(token => (string[])[token.Name, token.State, Day(token.ExpiresAt), token.LastUsedAt is { } used ? $"{used:yyyy-MM-dd HH:mm}Z" : "never", token.CreatedBy, token.Id]));
            });
        });
        return command;
    }

    private static Command Revoke()
    {
        var (dataset, token) = (DatasetCommands.Name(), Token());
        var command = new Command("revoke", "End a token at once. What it sent stays.") { dataset, token, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var gateway = session.Gateway(parse);
            var name = parse.GetRequiredValue(dataset);
            var found = await FindAsync(gateway, name, parse.GetRequiredValue(token), cancellationToken);
            var revoked = await gateway.PostAsync(Routes.Fill(GatewayRoutes.RevokeUploadToken, name, found.Id), ContractsJson.Strict.UploadTokenView, cancellationToken);
            return Output.Show(
                parse, revoked, ContractsJson.Strict.UploadTokenView, output => output.WriteLine(Output.Printable($"'{revoked.Name}' is revoked: nothing is taken by it any more.")));
        });
        return command;
    }

    private static Command Drop()
    {
        var (dataset, token) = (DatasetCommands.Name(), Token());
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var leaveSealed = new Option<bool>("--leave-sealed") { Description = "Destroy the rest although a sealed version holds some of it." };
        var command = new Command("drop", "Destroy everything that came by a token and is in no sealed version.") { dataset, token, yes, leaveSealed, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var gateway = session.Gateway(parse);
            var name = parse.GetRequiredValue(dataset);
            var found = await FindAsync(gateway, name, parse.GetRequiredValue(token), cancellationToken);
            if (!parse.GetValue(yes) && !IsConfirmed(name, found.Name))
            {
                return Failure.Report(parse, ExitCode.Usage, "not-confirmed", $"What came by '{found.Name}' is as it was; type the token's name, or give --yes.");
            }

            var dropped = await gateway.PostAsync(
                Routes.Fill(GatewayRoutes.DropUploads, name, found.Id), new DropUploads(parse.GetValue(leaveSealed)),
                ContractsJson.Strict.DropUploads, ContractsJson.Strict.DroppedUploads, cancellationToken);
            return Output.Show(parse, dropped, ContractsJson.Strict.DroppedUploads, output => output.WriteLine(Output.Printable(
                $"Of what came by '{found.Name}', {dropped.Samples} samples and {dropped.Quarantined} objects in quarantine were destroyed; {dropped.LeftSealed} samples stay in sealed versions.")));
        });
        return command;
    }

    private static Argument<string> Token() => new("TOKEN") { Description = "What it is for, or its id, as the list says." };

    private static void Show(TextWriter output, CreatedUploadToken created, string gateway, string secret)
    {
        output.WriteLine(Output.Printable($"'{created.Token.Name}' may send into '{created.Token.Dataset}' until {Day(created.Token.ExpiresAt)}. The token is not shown again:"));
        output.WriteLine($"  {secret}");
        var server = gateway + Routes.Fill(DicomwebRoutes.Server, created.Token.Dataset);
        output.WriteLine("Orthanc, below DicomWeb/Servers in orthanc.json (docs/pacs.md has the rest):");
        output.WriteLine($$"""  "scanlock": {"Url": "{{server}}", "HttpHeaders": {"Authorization": "Bearer {{secret}}"}, "HasDelete": false}""");
        output.WriteLine("dcm4chee-arc, in the web application of class STOW_RS:");
        output.WriteLine($"  dcmWebServicePath: {new Uri(server).AbsolutePath}");
        output.WriteLine($"  dcmProperty: bearer-token={secret}");
    }

    private static Task<IReadOnlyList<UploadTokenView>> TokensAsync(HostClient gateway, string dataset, CancellationToken cancellationToken) =>
        gateway.GetAsync(Routes.Fill(GatewayRoutes.UploadTokens, dataset), ContractsJson.Strict.IReadOnlyListUploadTokenView, cancellationToken);

    /// <summary>The token of this id, or the only one of this name.</summary>
    private static async Task<UploadTokenView> FindAsync(HostClient gateway, string dataset, string asked, CancellationToken cancellationToken)
    {
        var tokens = await TokensAsync(gateway, dataset, cancellationToken);
        return tokens.Where(token => token.Id == asked).ToList() is [var exact] ? exact
            : tokens.Where(token => token.Name == asked).ToList() is { Count: > 0 } named
                ? named is [var only] ? only : throw HostProblemException.Local("which-token", $"{named.Count} tokens are for '{asked}'; give the id: {string.Join(", ", named.Select(token => token.Id))}.")
            : throw HostProblemException.Local("no-token", $"'{dataset}' has no upload token '{asked}'. It has {(tokens.Count == 0 ? "none" : string.Join(", ", tokens.Select(token => token.Name)))}.");
    }

    private static bool IsConfirmed(string dataset, string token)
    {
        if (Console.IsInputRedirected)
        {
            return false;
        }

        Console.Error.Write(Output.Printable($"This destroys all that came into '{dataset}' by '{token}' and is in no sealed version. Type the token's name to go on: "));
        return Console.ReadLine() == token;
    }

    private static string Day(DateTimeOffset at) => $"{at:yyyy-MM-dd}";
}
