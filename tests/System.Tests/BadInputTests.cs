using Scanlock.System.Tests.Whole;
using Scanlock.Testing;

namespace Scanlock.System.Tests;

/// <summary>Bad input at the outside edge: a clear message, a consistent state, and the refusal in the log.</summary>
public sealed class BadInputTests
{
    [Fact]
    [Trait("promise", "P11")]
    public async Task What_a_steward_gets_wrong_is_named_and_changes_nothing()
    {
        Assert.SkipUnless(await Installation.MissingAsync() is null, await Installation.MissingAsync() ?? "");
        await using var whole = await Installation.StartAsync();

        var typo = whole.Policy("scans", ("purposes:", "purposse:"));
        await RefusedAsync(whole, 1, ["scans.yaml:7:1", "purposes"], "stella", "policy", "check", typo);
        await RefusedAsync(whole, 1, ["7:1", "purposes"], "stella", "dataset", "create", "scans", "--policy", typo);
        await RefusedAsync(whole, 1, ["'scans'"], "stella", "dataset", "show", "scans");
        await RefusedAsync(whole, 1, ["'nowhere'"], "rosa", "access", "request", "--dataset", "nowhere", "--project", "p", "--purpose", "HMB", "--site", "demo-cluster", "--trainer", whole.Trainer);
        await RefusedAsync(whole, 1, ["steward", "researcher"], "rosa", "dataset", "create", "scans", "--policy", whole.Policy("scans"));

        var phantoms = Path.Combine(whole.Folder, "scans");
        await whole.JsonAsync("stella", "phantom", phantoms, "--patients", "4", "--slices", "2", "--size", "32", "--seed", "1");
        var first = Directory.EnumerateFiles(phantoms, "*.dcm", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var cut = Path.Combine(phantoms, "cut.dcm");
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(first))[..900]);
        await File.WriteAllTextAsync(Path.Combine(phantoms, "letter.dcm"), "Dear colleague");
        await whole.JsonAsync("stella", "dataset", "create", "scans", "--policy", whole.Policy("scans"));
        var upload = await whole.JsonAsync("stella", "dataset", "upload", phantoms, "--dataset", "scans");
        Assert.Equal(8, upload.GetProperty("stored").GetInt32());
        Assert.Equal(["cut.dcm", "letter.dcm"], upload.GetProperty("refused").EnumerateArray().Select(refused => refused.GetProperty("file").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(8, (await whole.JsonAsync("stella", "dataset", "upload", phantoms, "--dataset", "scans")).GetProperty("duplicates").GetInt32());

        await RefusedAsync(whole, 1, ["label"], "stella", "dataset", "seal", "scans");
        var strangers = whole.Write("strangers.csv", "sop,finding\n1.2.3,1\n");
        await RefusedAsync(whole, 1, ["lines 2"], "stella", "dataset", "label", strangers, "--dataset", "scans", "--key", "sop", "--label", "finding");
        await RefusedAsync(whole, 1, ["no column colour"], "stella", "dataset", "label", Path.Combine(phantoms, "labels.csv"), "--dataset", "scans", "--key", "file", "--label", "colour");

        // Nothing was labelled or sealed, and each refusal is in the log.
        var log = await whole.AuditAsync();
        foreach (var act in (string[])["dataset.create", "access.request", "dataset.label", "dataset.seal"])
        {
            Assert.Contains(log, entry => entry.GetProperty("act").GetString() == act && entry.GetProperty("decision").GetString() == "deny");
        }

        Assert.DoesNotContain(log, entry => entry.GetProperty("act").GetString() is "dataset.label" or "dataset.seal" && entry.GetProperty("decision").GetString() != "deny");
    }

    [Fact]
    public async Task A_site_that_cannot_be_trusted_or_reached_gets_nothing_and_the_trial_says_why()
    {
        Assert.SkipUnless(await Installation.MissingAsync() is null, await Installation.MissingAsync() ?? "");
        await using var whole = await Installation.StartAsync();
        await whole.ShareAsync("demo", patients: 10);

        // Unreachable: not a failure but a wait, with the reason to be seen; it goes on when the site is back.
        await whole.Site.StopAsync();
        var waiting = await whole.SubmitAsync("demo", epochs: 2);
        await Wait.UntilAsync("the trial to say that the site cannot be reached", async () =>
            (await whole.TrialAsync(waiting)).GetProperty("explanation").GetString() is { } why && why.Contains("demo-cluster", StringComparison.Ordinal), TimeSpan.FromMinutes(5));
        await whole.Site.StartAsync();
        using var reached = await whole.WaitForAsync(waiting, TimeSpan.FromMinutes(5), "finished", "failed");
        Assert.True(reached.RootElement.GetProperty("state").GetString() == "finished", reached.RootElement.GetRawText());

        // Another host key than the pinned one. (Another trial too: the same one would not be run again.)
        await whole.Site.PinWrongKeyAsync();
        var impostor = await whole.SubmitAsync("demo", epochs: 3);
        await Wait.UntilAsync("the trial to say that the host key is wrong", async () => Says(await whole.TrialAsync(impostor), "key"), TimeSpan.FromMinutes(5));
        whole.Site.PinOwnKey();

        // An agent that answers garbage.
        await whole.Site.ForceAsync("/bin/echo I am not an agent");
        var garbage = await whole.SubmitAsync("demo", epochs: 4);
        await Wait.UntilAsync("the trial to say that the agent is none", async () => Says(await whole.TrialAsync(garbage), "agent"), TimeSpan.FromMinutes(5));
    }

    [Fact]
    [Trait("promise", "P2")]
    public async Task A_shard_altered_in_the_blob_store_is_not_served_and_the_log_says_so()
    {
        Assert.SkipUnless(await Installation.MissingAsync() is null, await Installation.MissingAsync() ?? "");
        await using var whole = await Installation.StartAsync();
        await whole.ShareAsync("demo", patients: 10);
        var shard = Directory.EnumerateFiles(Path.Combine(whole.GatewayState, "blobs"), "*", SearchOption.AllDirectories)
            .Where(file => file.Contains("shard", StringComparison.Ordinal)).MaxBy(file => new FileInfo(file).Length)!;
        File.SetUnixFileMode(shard, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = await File.ReadAllBytesAsync(shard);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(shard, bytes);

        var experiment = await whole.SubmitAsync("demo", epochs: 2);
        await Wait.UntilAsync("the refusal to be in the log", async () =>
            (await whole.AuditAsync()).Any(entry => entry.GetProperty("act").GetString() == "part.altered"), TimeSpan.FromMinutes(5));
        using var failed = await whole.WaitForAsync(experiment, TimeSpan.FromMinutes(5), "failed", "finished");
        Assert.Equal("failed", failed.RootElement.GetProperty("state").GetString());
    }

    private static bool Says(global::System.Text.Json.JsonElement trial, string word) =>
        trial.GetProperty("explanation").GetString()?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task RefusedAsync(Installation whole, int exit, string[] said, string person, params string[] arguments)
    {
        var result = await whole.RunAsync(person, arguments);
        Assert.True(result.Exit == exit, $"scanlock {string.Join(' ', arguments)} ended with {result.Exit}: {result.Output}{result.Error}");
        foreach (var word in said)
        {
            Assert.Contains(word, result.Output + result.Error, StringComparison.Ordinal);
        }
    }
}
