using System.Collections.Concurrent;
using System.Security.Cryptography;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Scheduling;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Experiments;

/// <summary>What came of opening a trial's model.</summary>
internal abstract record ModelOpening
{
    private ModelOpening() { }

    public sealed record Open(FileStream File) : ModelOpening;

    public sealed record NotOut(string Sentence) : ModelOpening;

    public sealed record Unavailable(string Sentence) : ModelOpening;
}

/// <summary>Released models, fetched from their gateway once and kept by job digest in the state directory.</summary>
internal sealed class Models(string folder, Papers papers, GatewayClient gateways, ResultLane results) : IDisposable
{
    private const int BufferBytes = 1 << 20;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _fetching = new(StringComparer.Ordinal);

    public async Task<ModelOpening> OpenAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (trial.Job is null || trial.Model is null)
        {
            return new ModelOpening.NotOut($"The trial has no model: it is {trial.State.ToName()}.");
        }

        var file = Path.Combine(folder, Sha256Digest.Parse(trial.Job).Hex + ".safetensors");
        var one = _fetching.GetOrAdd(trial.Job, _ => new(1, 1));
        await one.WaitAsync(cancellationToken);
        try
        {
            return !File.Exists(file) && await FetchAsync(trial, file, cancellationToken) is { } problem
                ? problem
                : new ModelOpening.Open(new(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.Asynchronous | FileOptions.SequentialScan));
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose()
    {
        foreach (var one in _fetching.Values)
        {
            one.Dispose();
        }
    }

    private async Task<ModelOpening?> FetchAsync(Trial trial, string file, CancellationToken cancellationToken)
    {
        if (trial.Model != ResultStates.Released)
        {
            // It may have been released since it was last looked at.
            trial = await results.LookAsync(trial, cancellationToken);
        }

        if (trial.Model != ResultStates.Released)
        {
            return new ModelOpening.NotOut(trial.Model == ResultStates.Held
                ? "The model is held at the gateway: ask for it with 'scanlock run release'."
                : $"The model is not out: it stands as '{trial.Model}' at the gateway. {trial.Explanation}".TrimEnd());
        }

        if (await papers.GatewayAsync(trial, cancellationToken) is not { } gateway)
        {
            return new ModelOpening.Unavailable("The gateway of this trial is not in this broker's configuration any more.");
        }

        switch (await gateways.ModelAsync(gateway, trial.Job!, cancellationToken))
        {
            case GatewayReply<GatewayDownload>.Got(var download):
                await using (download)
                {
                    return await KeepAsync(download, gateway, file, cancellationToken);
                }

            case GatewayReply<GatewayDownload>.Refused refused:
                return new ModelOpening.NotOut(refused.Explanation);
            case GatewayReply<GatewayDownload>.Unavailable unavailable:
                return new ModelOpening.Unavailable(unavailable.Sentence);
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    /// <summary>Writes aside, checks length and digest where the gateway states them, and only then gives the file its name.</summary>
    private static async Task<ModelOpening?> KeepAsync(GatewayDownload download, Gateway gateway, string file, CancellationToken cancellationToken)
    {
        var aside = file + ".part";
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (var output = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes, FileOptions.Asynchronous))
            {
                var buffer = new byte[BufferBytes];
                int read;
                while ((read = await download.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }

                output.Flush(flushToDisk: true);
                if ((download.Length is { } length && output.Length != length) || !download.Matches(hash.GetCurrentHash()))
                {
                    return new ModelOpening.Unavailable($"The model arrived damaged from the gateway '{gateway.Name}'.");
                }
            }

            File.Move(aside, file, overwrite: true);
            return null;
        }
        catch (IOException e) when (e.InnerException is HttpRequestException or OperationCanceledException)
        {
            return new ModelOpening.Unavailable($"The connection to the gateway '{gateway.Name}' broke off.");
        }
    }
}
