using Polly;
using Polly.Retry;
using Scanlock.Cli.Hosts;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// How an upload tries a call again: a lost one long enough that a gateway is restarted meanwhile, and one that the gateway says to come back with
/// (503 with Retry-After) for as long as others may keep it busy. Nobody wants to begin a long upload anew.
/// </summary>
internal static class UploadRetries
{
    private const int MostRetries = 8;

    // With what the gateway itself waits for a worker, the better part of an hour.
    private const int MostReturns = 60;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <param name="waiting">Told whenever a call was lost.</param>
    public static ResiliencePipeline<HttpResponseMessage> Telling(Action waiting) => new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = async call => await HostClient.IsLost(call) && (call.AttemptNumber < MostRetries || ReturnAfter(call.Outcome.Result) is not null),
            MaxRetryAttempts = MostReturns,
            DelayGenerator = call => ValueTask.FromResult(ReturnAfter(call.Outcome.Result)),
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

    /// <summary>When the gateway wants to be asked again, where it says.</summary>
    private static TimeSpan? ReturnAfter(HttpResponseMessage? answer) =>
        answer?.Headers.RetryAfter?.Delta is { } delta ? (delta < s_longest ? delta : s_longest) : null;
}
