using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>Whether the store works, for the health endpoint. Strangers may ask that, so one check answers for some seconds.</summary>
internal sealed class BlobStoreHealth(IBlobStore blobs, TimeProvider time) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_validity = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _turn = new(1);
    private HealthCheckResult _last;
    private long? _lastAt;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_lastAt is not { } at || time.GetElapsedTime(at) > s_validity)
            {
                _last = await CheckAsync(cancellationToken);
                _lastAt = time.GetTimestamp();
            }

            return _last;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            await blobs.CheckAsync(limit.Token);
            return HealthCheckResult.Healthy();
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy("The blob store does not answer.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HealthCheckResult.Unhealthy(e.Message, e);
        }
    }
}
