using Azure.Core;
using Azure.Core.Pipeline;

namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>Azure.Core's settings: retries with growing pauses, and nothing logged or traced, for URLs hold signatures.</summary>
internal sealed class BlobRequests : ClientOptions
{
    private const int Retries = 5;

    public BlobRequests()
        : this(TimeSpan.FromMilliseconds(800), TimeSpan.FromSeconds(60))
    {
    }

    /// <param name="pause">Before the first retry; each further one is about twice as long.</param>
    /// <param name="silence">How long an answer, or the next bytes of one, may take.</param>
    public BlobRequests(TimeSpan pause, TimeSpan silence)
    {
        Retry.Mode = RetryMode.Exponential;
        Retry.MaxRetries = Retries;
        Retry.Delay = pause;
        Retry.MaxDelay = TimeSpan.FromSeconds(30);
        Retry.NetworkTimeout = silence;
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
