using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.System.Tests.Whole;

/// <summary>What the people do, step by step, through the CLI.</summary>
internal static class Experiments
{
    /// <summary>A sealed dataset of phantoms: <paramref name="patients"/> with three slices each.</summary>
    public static async Task<string> ShareAsync(this Installation whole, string dataset, int patients, params (string From, string To)[] policy)
    {
        var phantoms = Path.Combine(whole.Folder, dataset + "-phantoms");
        await whole.JsonAsync("stella", "phantom", phantoms, "--patients", $"{patients}", "--slices", "3", "--size", "64", "--seed", "3");
        await whole.JsonAsync("stella", "dataset", "create", dataset, "--policy", whole.Policy(dataset, policy));
        await whole.JsonAsync("stella", "dataset", "upload", phantoms, "--dataset", dataset);
        await whole.JsonAsync("stella", "dataset", "label", Path.Combine(phantoms, "labels.csv"), "--dataset", dataset, "--key", "file", "--label", "finding", "--patient", "patient");
        await whole.JsonAsync("stella", "dataset", "seal", dataset);
        return phantoms;
    }

    /// <summary>Hands in an experiment and has it approved; its id.</summary>
    public static async Task<string> SubmitAsync(this Installation whole, string dataset, int epochs, bool approve = true)
    {
        var file = whole.Write($"{dataset}-experiment.yaml", $$"""
            name: a trial on {{dataset}}
            gateway: saint-brannoch
            dataset: {{dataset}}
            project: covid-screening
            purpose: {permission: HMB, conditions: [NPU]}
            site: demo-cluster
            trainer: {{whole.Trainer}}
            seed: 7
            resources: {cpus: 2, memory_mib: 2048, minutes: 30}
            trial: {v: 1, task: classify, label: finding, network: resnet18, image_size: 64, epochs: {{epochs}}, batch: 8}
            """);
        var experiment = (await whole.JsonAsync("rosa", "run", "submit", file)).GetProperty("id").GetString()!;
        if (approve)
        {
            await whole.JsonAsync("rupert", "access", "approve", experiment, "--comment", "seen");
        }

        return experiment;
    }

    public static async Task<JsonElement> TrialAsync(this Installation whole, string experiment) =>
        (await whole.JsonAsync("rosa", "run", "status", experiment)).GetProperty("trials")[0];

    /// <summary>Waits until the trial is in one of these states; the trial.</summary>
    public static Task<JsonDocument> WaitForAsync(this Installation whole, string experiment, TimeSpan deadline, params string[] states) => Wait.UntilAsync(
        $"the trial to be {string.Join(" or ", states)}",
        async () =>
        {
            var trial = await whole.TrialAsync(experiment);
            return states.Contains(trial.GetProperty("state").GetString()) ? JsonDocument.Parse(trial.GetRawText()) : null;
        },
        deadline);

    /// <summary>Waits until the job has reported an epoch: it holds its keys and trains.</summary>
    public static Task WaitForProgressAsync(this Installation whole, string experiment) => Wait.UntilAsync(
        "the job to report an epoch",
        async () =>
        {
            var trial = await whole.TrialAsync(experiment);
            Assert.True(trial.GetProperty("state").GetString() is not ("failed" or "refused" or "finished"), trial.GetRawText());
            return trial.GetProperty("progress").GetArrayLength() > 0;
        },
        TimeSpan.FromMinutes(5));

    /// <summary>The acts in the gateway's log, in order, as an auditor finds them; the log is verified first.</summary>
    public static async Task<List<JsonElement>> AuditAsync(this Installation whole)
    {
        var log = Path.Combine(whole.GatewayState, "audit");
        var verified = await whole.RunAsync("ada", "audit", "verify", "--log", log, "--key", Path.Combine(whole.Folder, "log.vkey"));
        Assert.True(verified.Exit == 0, verified.Output + verified.Error);
        var exported = await whole.RunAsync("ada", "audit", "export", "--log", log);
        Assert.True(exported.Exit == 0, exported.Error);
        return [.. exported.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("entry"))];
    }
}
