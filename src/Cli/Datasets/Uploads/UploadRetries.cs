using Polly;
using Polly.Retry;
using Scanlock.Cli.Hosts;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>How an upload tries a lost call again: long enough that a gateway is restarted meanwhile, for nobody wants to begin a long upload anew.</summary>
internal static class UploadRetries
{
    private const int MostRetries = 8;

    /// <param name="waiting">Told whenever a call was lost.</param>
    public static ResiliencePipeline<HttpResponseMessage> Telling(Action waiting) => new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = HostClient.IsLost,
            MaxRetryAttempts = MostRetries,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(300),
            MaxDelay = TimeSpan.FromSeconds(10),
            UseJitter = true,
            OnRetry = _ =>
            {
                waiting();
                return ValueTask.CompletedTask;
            },
        })
        .Build();
}
