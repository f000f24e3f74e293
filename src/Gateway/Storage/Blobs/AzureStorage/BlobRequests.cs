using Azure.Core;
using Azure.Core.Pipeline;

namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>How long to try.</summary>
/// <param name="First">The first pause; each is about twice the one before.</param>
/// <param name="Silence">How long an answer, or the next bytes of one, may take.</param>
internal sealed record RetryTimes(TimeSpan First, TimeSpan Silence)
{
    public RetryTimes()
        : this(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(60))
    {
    }
}

/// <summary>Azure.Core's settings: retries with growing pauses, and nothing logged or traced, for URLs hold signatures.</summary>
internal sealed class BlobRequests : ClientOptions
{
    private const int Retries = 5;

    public BlobRequests(RetryTimes times)
    {
        Retry.Mode = RetryMode.Exponential;
        Retry.MaxRetries = Retries;
        Retry.Delay = times.First;
        Retry.MaxDelay = TimeSpan.FromSeconds(30);
        Retry.NetworkTimeout = times.Silence;
        Diagnostics.IsLoggingEnabled = false;
        Diagnostics.IsLoggingContentEnabled = false;
        Diagnostics.IsDistributedTracingEnabled = false;
        Diagnostics.IsTelemetryEnabled = false;
    }
}

/// <summary>Beside throttling and a broken connection, what the way to the service altered is sent again.</summary>
internal sealed class RetriedAnswers : ResponseClassifier
{
    public static RetriedAnswers Classifier { get; } = new();

    public override bool IsRetriableResponse(HttpMessage message) =>
        base.IsRetriableResponse(message)
        || (message.Response.Status == 400 && message.Response.Headers.TryGetValue("x-ms-error-code", out var code) && code == "Md5Mismatch");
}
