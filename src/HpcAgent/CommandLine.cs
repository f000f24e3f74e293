using Scanlock.Contracts;
using Scanlock.HpcAgent.KeyHolding;
using Scanlock.HpcAgent.Measuring;
using Scanlock.HpcAgent.Queue;
using Scanlock.HpcAgent.Running;
using Scanlock.HpcAgent.Serving;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent;

/// <summary>The commands of <c>hpc-agent</c>. Exit 0 done, 1 failed, 2 not a command.</summary>
internal static class CommandLine
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int Usage = 2;

    private const string Help = """
        hpc-agent serve --site FILE               speak the agent protocol on standard input and output (the forced command)
        hpc-agent check --site FILE               say what works on this node and what does not
        hpc-agent measure DIR                     print a trainer's digest, as policies name it
        hpc-agent keygen --out PREFIX             make the agent's key: PREFIX.pem (keep it) and PREFIX.pub.pem (give it to gateways)
        hpc-agent kill-switch on|off --site FILE  stop every job and take no more, or go on
        hpc-agent run-step --site FILE --job HEX  run one job; the queue starts it
        """;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        switch (arguments)
        {
            case ["serve", "--site", var file]:
                return await WithSiteAsync(file, site => ServeAsync(site, cancellationToken));
            case ["check", "--site", var file]:
                return await WithSiteAsync(file, site => SiteCheck.RunAsync(site, Console.Out, cancellationToken));
            case ["measure", var folder] when Directory.Exists(folder):
                var measured = await TrainerMeasurement.OfAsync(new(Path.GetFullPath(folder), [], []), cancellationToken);
                await Console.Out.WriteLineAsync(measured.Trainer.ToString());
                return Done;
            case ["keygen", "--out", var prefix]:
                return await AgentKeys.GenerateAsync(prefix, cancellationToken) ? Done : Failed;
            case ["kill-switch", "on" or "off", "--site", var file]:
                return await WithSiteAsync(file, site => Task.FromResult(SetKillSwitch(site, arguments[1] == "on")));
            case ["run-step", "--site", var file, "--job", var hex] when Sha256Digest.TryParse($"sha256:{hex}", out var job):
                return await WithSiteAsync(file, site => RunStepAsync(site, job, cancellationToken));
            case ["key-holder"]:
                return await KeyHolder.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput(), cancellationToken);
            default:
                await Console.Error.WriteLineAsync(Help);
                return Usage;
        }
    }

    private static async Task<int> WithSiteAsync(string file, Func<Site, Task<int>> run)
    {
        var reading = SiteFile.Read(file);
        if (reading is SiteReading.Read(var site))
        {
            return await OpenStateAsync(site) ? await run(site) : Failed;
        }

        foreach (var problem in ((SiteReading.Refused)reading).Problems)
        {
            await Console.Error.WriteLineAsync($"{file}: {problem}");
        }

        return Failed;
    }

    private static async Task<bool> OpenStateAsync(Site site)
    {
        try
        {
            site.State.Create();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{site.File}: the state directory {site.State.Root} cannot be used by this account: {e.Message}");
            return false;
        }
    }

    private static async Task<int> ServeAsync(Site site, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        await using var service = await AgentService.OpenAsync(site, TimeProvider.System, cancellationToken);
        var conversation = new Conversation(service, Console.OpenStandardInput(), Console.OpenStandardOutput());
        return await conversation.RunAsync(cancellationToken) ? Done : Failed;
    }

    private static async Task<int> RunStepAsync(Site site, Sha256Digest job, CancellationToken cancellationToken)
    {
        ProcessHardening.Apply();
        await new RunStep(site, new JobFolder(site.State, job), new Journal(site.State, TimeProvider.System), TimeProvider.System).RunAsync(cancellationToken);
        return Done;
    }

    private static int SetKillSwitch(Site site, bool stopped)
    {
        if (stopped)
        {
            AtomicFile.Write(site.State.KillSwitch, "");
        }
        else
        {
            File.Delete(site.State.KillSwitch);
        }

        new Journal(site.State, TimeProvider.System).Stopped(stopped);
        return Done;
    }
}
