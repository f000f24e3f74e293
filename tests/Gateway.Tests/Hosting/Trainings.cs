using System.Globalization;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>What a job would hand out: metrics that fit its spec, and a model of the right shape whose weights are all zero.</summary>
internal static class Trainings
{
    private const int Steps = 24;
    private static readonly AnswerMetrics s_allRight = new(1, 1, 1, 1, 1, 3.5 * 4.5 / (0.5 * 0.5), 3, 0, 4, 0);
    private static readonly Lazy<Task<byte[]>> s_model = new(MakeModelAsync);

    /// <summary>resnet18 in f32, 45 MB.</summary>
    public static Task<byte[]> ModelAsync => s_model.Value;

    public static TrialMetrics Metrics { get; } = new(
        1, "classify", "resnet18", "covid", 7, "f32", "1.13.1", TrialNetworks.Parameters("resnet18"), Steps, 3, new(128, 128, 0, 0, 0, 0, 0, 0, 0),
        [new(0, 12, 60), new(1, 10, 40)],
        [new(0, 4, 15), new(1, 3, 10)],
        PretrainingEpochs: null,
        [new(1, 12, 0.69, 0.7, 0.6, 0.5, null), new(2, 24, 0.51, 0.65, 0.8, 0.875, null)],
        KeptEpoch: 2,
        new(0.65, 0.8, 14 / 19.0, 7 / 9.0, 0.875, 0.5, 0.7, 13 / 15.0, 7 * 13 / 6.0, 0.125, 7, 2, 13, 3, Intervals: null),
        new([new(0, 4, 4), new(1, 3, 3)], 0.4, 1, 1, [.. ScanMetrics.CutOffShares.Select(share => new ScanCutOff(share, s_allRight))], Intervals: null),
        Segmentation: null, Adversarial: null, Explanation: null, Active: null, Withheld: []);

    public static byte[] MetricsBytes(TrialMetrics? metrics = null) => Wire.Write(metrics ?? Metrics, ContractsJson.Strict.TrialMetrics);

    /// <summary>Seals both halves to the gateway as run-step does, puts them, and hands in the bundle.</summary>
    public static async Task<Answer> FinishAsync(
        this Hub hub, Hospital hospital, Statement<Job> job, byte[] metrics, byte[] model, Func<ResultBundle, ResultBundle>? change = null)
    {
        var gateway = hospital.Services.GetRequiredService<GatewayKeys>().Sealing.PublicKey;
        var (sealedMetrics, metricsPart) = await SealAsync(metrics, gateway);
        var (sealedModel, modelPart) = await SealAsync(model, gateway);
        Assert.Equal(System.Net.HttpStatusCode.NoContent, (await hub.PutPartAsync(hospital, job.Digest, "metrics", sealedMetrics)).Status);
        Assert.Equal(System.Net.HttpStatusCode.NoContent, (await hub.PutPartAsync(hospital, job.Digest, "model", sealedModel)).Status);
        return await hub.SubmitAsync(hospital, job, hub.Bundle(hospital, job, metricsPart, modelPart, change));
    }

    public static async Task<Answer> PutPartAsync(this Hub hub, Hospital hospital, Sha256Digest job, string part, byte[] bytes)
    {
        using var content = new ByteArrayContent(bytes);
        return await hospital.SendAsync(HttpMethod.Put, Routes.Fill(GatewayRoutes.BrokerResultPart, job.ToString(), part), hub.BrokerToken(), content);
    }

    public static Statement<ResultBundle> Bundle(
        this Hub hub, Hospital hospital, Statement<Job> job, SealedPart metrics, SealedPart model, Func<ResultBundle, ResultBundle>? change = null)
    {
        var now = hospital.Clock.GetUtcNow();
        var bundle = new ResultBundle(
            1, job.Digest, StatementKinds.Permit.Verify(job.Value.Permits[0], hub.GatewayKey).Digest, metrics, model,
            Sha256Digest.Of(CanonicalJson.Serialize(job.Value.Spec)), Policies.Trainer, Policies.Runtime, "node-1", IsolationWays.Bubblewrap, now.AddMinutes(-1), now);
        return StatementKinds.ResultBundle.Sign(change?.Invoke(bundle) ?? bundle, hospital.AgentKey);
    }

    public static Task<Answer> SubmitAsync(this Hub hub, Hospital hospital, Statement<Job> job, Statement<ResultBundle> bundle) => hospital.PostAsync(
        GatewayRoutes.BrokerResults, hub.BrokerToken(), new ResultSubmission(job.Compact, bundle.Compact), ContractsJson.Strict.ResultSubmission);

    public static async Task<(byte[] Bytes, SealedPart Part)> SealAsync(byte[] content, PublicKey gateway)
    {
        var file = new MemoryStream();
        var part = await ResultSealing.SealAsync(new MemoryStream(content), file, gateway, CancellationToken.None);
        return (file.ToArray(), part);
    }

    private static async Task<byte[]> MakeModelAsync()
    {
        var lines = File.ReadLines(Repository.Vector("resnet18.txt")).Where(line => !line.StartsWith('#')).Select(line => line.Split(' '));
        var tensors = lines.Select(words => new SafetensorsTensor(
            words[0],
            words[1] == "I64" ? SafetensorsType.I64 : SafetensorsType.F32,
            words[2] == "scalar" ? [] : [.. words[2].Split('x').Select(size => long.Parse(size, CultureInfo.InvariantCulture))]));
        var file = new MemoryStream();
        var writer = await SafetensorsWriter.CreateAsync(file, tensors, CancellationToken.None);
        foreach (var tensor in writer.Tensors)
        {
            await writer.WriteAsync(tensor.Type == SafetensorsType.I64 ? BitConverter.GetBytes((long)Steps) : new byte[tensor.Bytes], CancellationToken.None);
        }

        await writer.EndAsync(CancellationToken.None);
        return file.ToArray();
    }
}
