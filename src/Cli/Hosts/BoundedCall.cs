namespace Scanlock.Cli.Hosts;

/// <summary>
/// One HTTP call with a bound on the wait for its answer. The framework reports a host that keeps silent as a cancellation; here that is
/// an error of its own, so that it is not taken for a person who stopped the command.
/// </summary>
internal static class BoundedCall
{
    public static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);

    /// <summary>For answers that a host has at hand. Sealing and uploads take as long as they take.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(100);

    /// <param name="patience">How long the answer may take, to its headers or its end as <paramref name="completion"/> says.</param>
    /// <exception cref="TimeoutException">The answer did not come in time.</exception>
    /// <exception cref="HttpRequestException">The host cannot be reached, or did not let itself be reached in time.</exception>
    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, HttpRequestMessage request, HttpCompletionOption completion, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            return await http.SendAsync(request, completion, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw limit.IsCancellationRequested
                ? new TimeoutException($"no answer within {patience.TotalSeconds:0} seconds.", e)
                : new HttpRequestException(HttpRequestError.ConnectionError, $"no connection within {ConnectPatience.TotalSeconds:0} seconds.", e);
        }
    }
}
