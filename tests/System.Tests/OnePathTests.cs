using System.Text;
using System.Text.Json;
using Scanlock.System.Tests.Whole;
using Scanlock.Testing;

namespace Scanlock.System.Tests;

/// <summary>The one path of the design, end to end, and what must be true of everything it leaves behind.</summary>
public sealed class OnePathTests
{
    [Fact]
    [Trait("promise", "P1, P2, P6, P7, P10, P11, P12")]
    public async Task Scans_go_in_under_a_policy_and_only_a_reviewed_model_and_metrics_come_out()
    {
        Assert.SkipUnless(await Installation.MissingAsync() is null, await Installation.MissingAsync() ?? "");
        await using var whole = await Installation.StartAsync();
        var phantoms = await whole.ShareAsync("demo", patients: 10);

        var refused = await whole.RunAsync("rosa", "access", "request", "--dataset", "demo", "--project", "p", "--purpose", "GRU", "--condition", "NPU", "--site", "demo-cluster", "--trainer", whole.Trainer);
        Assert.Equal(3, refused.Exit);
        Assert.Contains("purposes (policy line", refused.Output + refused.Error, StringComparison.Ordinal);

        var experiment = await whole.SubmitAsync("demo", epochs: 2, approve: false);
        Assert.Equal("waiting-approval", (await whole.TrialAsync(experiment)).GetProperty("state").GetString());
        Assert.Empty(Directory.Exists(whole.SiteState) ? Directory.EnumerateFiles(whole.SiteState, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 4096) : []);
        Assert.Equal(1, (await whole.RunAsync("rosa", "access", "approve", experiment, "--comment", "mine")).Exit);
        await whole.JsonAsync("rupert", "access", "approve", experiment, "--comment", "seen");

        using var finished = await whole.WaitForAsync(experiment, TimeSpan.FromMinutes(5), "finished", "failed", "refused");
        var trial = finished.RootElement;
        Assert.True(trial.GetProperty("state").GetString() == "finished", trial.GetRawText());
        Assert.Equal("held", trial.GetProperty("model").GetString());

        // P6: metrics are there, the model is not, until it was asked for and a reviewer agreed.
        var results = Path.Combine(whole.Folder, "results");
        await whole.JsonAsync("rosa", "run", "results", experiment, "--out", results);
        Assert.True(File.Exists(Path.Combine(results, "metrics.json")));
        Assert.False(File.Exists(Path.Combine(results, "model.safetensors")));
        await whole.JsonAsync("rosa", "run", "release", trial.GetProperty("id").GetString()!);
        var pending = (await whole.JsonAsync("rupert", "access", "list", "--pending")).EnumerateArray().Single();
        Assert.Equal("release", pending.GetProperty("kind").GetString());
        await whole.JsonAsync("rupert", "access", "approve", pending.GetProperty("id").GetString()!, "--comment", "checks read");
        await Wait.UntilAsync("the released model", async () =>
        {
            await whole.JsonAsync("rosa", "run", "results", experiment, "--out", results);
            return File.Exists(Path.Combine(results, "model.safetensors"));
        }, TimeSpan.FromMinutes(5));
        var inspected = await whole.RunAsync("rosa", "model", "inspect", Path.Combine(results, "model.safetensors"));
        Assert.True(inspected.Exit == 0, inspected.Error);

        AssertAudited(await whole.AuditAsync());
        await whole.Broker.KillAsync();
        await whole.Gateway.KillAsync();
        AssertNothingInTheClear(whole, phantoms);
    }

    private static void AssertAudited(List<JsonElement> log)
    {
        var acts = log.Select(entry => entry.GetProperty("act").GetString()).ToList();
        foreach (var act in (string[])["dataset.create", "dataset.upload", "dataset.label", "dataset.seal", "access.request", "access.approve", "part.serve",
            "keys.release", "job.progress", "job.result", "job.receipt", "result.request", "result.approve"])
        {
            Assert.Contains(act, acts);
        }

        Assert.Contains(log, entry => entry.GetProperty("act").GetString() == "access.request" && entry.GetProperty("decision").GetString() == "deny");
    }

    /// <summary>P2, P11: no identifier of any phantom, and no row of pixels, in anything a host, the site or the CLI keeps.</summary>
    private static void AssertNothingInTheClear(Installation whole, string phantoms)
    {
        var planted = Planted(phantoms);
        Assert.True(planted.Count > 20, "the phantoms carry identifiers to look for");
        var kept = Directory.EnumerateFiles(Path.Combine(whole.Folder, "state"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(whole.Folder, "results")))
            .Concat(Directory.EnumerateFiles(Path.Combine(whole.Folder, "config")))
            .Concat(Directory.EnumerateFiles(whole.Folder, "*.log")).ToList();
        Assert.Contains(kept, file => file.EndsWith("gateway.json.log", StringComparison.Ordinal) && new FileInfo(file).Length > 0);
        foreach (var file in kept)
        {
            var bytes = File.ReadAllBytes(file);
            Assert.DoesNotContain(planted, secret => bytes.AsSpan().IndexOf(secret) >= 0);
        }
    }

    private static List<byte[]> Planted(string phantoms)
    {
        var planted = new HashSet<string>(StringComparer.Ordinal);
        var pixels = new List<byte[]>();
        foreach (var file in Directory.EnumerateFiles(phantoms, "*.dcm", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var (group, element) in ((ushort, ushort)[])[(0x0010, 0x0010), (0x0010, 0x0020), (0x0008, 0x0050), (0x0008, 0x0018), (0x0020, 0x000e)])
            {
                if (ExplicitValue(bytes, group, element) is { Length: >= 6 } value)
                {
                    planted.Add(value);
                }
            }

            // A run of pixels from the middle of the body, where nothing is constant.
            pixels.Add(bytes[^(bytes.Length / 2)..][..64]);
        }

        return [.. planted.Select(Encoding.ASCII.GetBytes), .. pixels.Where(run => run.Distinct().Count() > 16)];
    }

    /// <summary>The text of one short explicit-VR element; enough of a reader for files our own maker wrote.</summary>
    private static string? ExplicitValue(byte[] file, ushort group, ushort element)
    {
        byte[] tag = [(byte)group, (byte)(group >> 8), (byte)element, (byte)(element >> 8)];
        var at = file.AsSpan().IndexOf(tag);
        return at < 0 ? null : Encoding.ASCII.GetString(file, at + 8, BitConverter.ToUInt16(file, at + 6)).TrimEnd('\0', ' ');
    }
}
