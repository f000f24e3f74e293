using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Scanlock.Contracts;

namespace Scanlock.Broker.Gateways;

/// <summary>HTTP to gateways: a fresh credential, a time limit and a few attempts for each call, and every outcome as a value.</summary>
internal sealed class GatewayCalls(IHttpClientFactory clients, BrokerTokens tokens, TimeProvider clock)
{
    /// <summary>The name of the HTTP client to use.</summary>
    public const string ClientName = "gateway";

    /// <summary>Longest answer taken into memory; a permit comes with its manifest.</summary>
    public const int MaxAnswerBytes = 80 << 20;
    private const int MaxProblemBytes = 256 << 10;

    /// <summary>For one attempt at a call, its answer included.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>For one attempt at sending a large body.</summary>
    public static readonly TimeSpan BulkTimeout = TimeSpan.FromHours(1);

    private readonly ResiliencePipeline<HttpResponseMessage> _retry = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome switch
            {
                { Exception: HttpRequestException or TimeoutRejectedException } => true,
                { Result: { } response } => IsTransient(response.StatusCode),
                _ => false,
            }),
            OnRetry = retry =>
            {
                retry.Outcome.Result?.Dispose();
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>A call whose answer is read whole.</summary>
    /// <param name="read">Reads the answer; throws <see cref="WireFormatException"/> where it is not what it should be.</param>
    public async Task<GatewayReply<T>> SendAsync<T>(
        Gateway gateway, HttpMethod method, string path, Func<HttpContent>? body, Credential credential, int maxBytes,
        Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await AttemptAsync(gateway, method, path, body, credential, HttpCompletionOption.ResponseContentRead, CallTimeout, maxBytes, cancellationToken);
            return response.IsSuccessStatusCode
                ? new GatewayReply<T>.Got(read(await response.Content.ReadAsByteArrayAsync(cancellationToken)))
                : await RefusalAsync<T>(gateway, response, credential, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException or IOException or WireFormatException)
        {
            return new GatewayReply<T>.Unavailable(Explain(gateway, e));
        }
    }

    /// <summary>A call of the broker whose answer is only that it was taken.</summary>
    public async Task<GatewayReply<bool>> TellAsync(
        Gateway gateway, HttpMethod method, string path, Func<HttpContent> body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await AttemptAsync(gateway, method, path, body, Credential.Broker, HttpCompletionOption.ResponseContentRead, timeout, MaxAnswerBytes, cancellationToken);
            return response.IsSuccessStatusCode
                ? new GatewayReply<bool>.Got(true)
                : await RefusalAsync<bool>(gateway, response, Credential.Broker, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException or IOException)
        {
            return new GatewayReply<bool>.Unavailable(Explain(gateway, e));
        }
    }

    /// <summary>Opens a large answer of the broker's own call, to be read by the caller; only its beginning is tried more than once.</summary>
    public async Task<GatewayReply<GatewayDownload>> DownloadAsync(Gateway gateway, string path, long offset, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await AttemptAsync(gateway, HttpMethod.Get, path, null, Credential.Broker, HttpCompletionOption.ResponseHeadersRead, CallTimeout, MaxAnswerBytes, cancellationToken, offset);
            if (!response.IsSuccessStatusCode)
            {
                return await RefusalAsync<GatewayDownload>(gateway, response, Credential.Broker, cancellationToken);
            }

            var opened = await GatewayDownload.OpenAsync(response, cancellationToken);
            response = null;
            return new GatewayReply<GatewayDownload>.Got(opened);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutRejectedException or IOException)
        {
            return new GatewayReply<GatewayDownload>.Unavailable(Explain(gateway, e));
        }
        finally
        {
            response?.Dispose();
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(
        Gateway gateway, HttpMethod method, string path, Func<HttpContent>? body, Credential credential, HttpCompletionOption completion,
        TimeSpan timeout, int maxBytes, CancellationToken cancellationToken, long offset = 0)
    {
        return await _retry.ExecuteAsync(
            async stop =>
            {
                using var client = clients.CreateClient(ClientName);
                client.MaxResponseContentBufferSize = maxBytes;
                using var request = new HttpRequestMessage(method, new Uri(gateway.Url, path.TrimStart('/'))) { Content = body?.Invoke() };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential.PersonToken ?? tokens.Mint(gateway));
                request.Headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
                using var limit = new CancellationTokenSource(timeout, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
                try
                {
                    return await client.SendAsync(request, completion, either.Token);
                }
                catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
                {
                    throw new TimeoutRejectedException(timeout);
                }
            },
            cancellationToken);
    }

    private static async Task<GatewayReply<T>> RefusalAsync<T>(Gateway gateway, HttpResponseMessage response, Credential credential, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.Unauthorized && credential.PersonToken is null)
        {
            return new GatewayReply<T>.Unavailable($"The gateway '{gateway.Name}' does not accept this broker's key; its admin must register it.");
        }

        if (status is < 400 or >= 500 || IsTransient(response.StatusCode))
        {
            return new GatewayReply<T>.Unavailable($"The gateway '{gateway.Name}' answers with status {status}.");
        }

        var problem = GatewayProblem.Read(await ReadBoundedAsync(response.Content, cancellationToken));
        var sentence = problem?.Sentence is { Length: > 0 } said ? said : $"The gateway '{gateway.Name}' refuses with status {status}.";
        return new GatewayReply<T>.Refused(status, GatewaySentences.Bounded(sentence), problem?.Reasons ?? []);
    }

    private static async Task<byte[]> ReadBoundedAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxProblemBytes];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return buffer[..read];
    }

    private static bool IsTransient(HttpStatusCode status) =>
        (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    private static string Explain(Gateway gateway, Exception e) => e switch
    {
        TimeoutRejectedException => $"The gateway '{gateway.Name}' at {gateway.Url} does not answer in time.",
        WireFormatException => $"The gateway '{gateway.Name}' answers with something else than this broker understands: {e.Message}",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } =>
            $"The gateway '{gateway.Name}' at {gateway.Url} cannot be reached.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"No safe connection to the gateway '{gateway.Name}' at {gateway.Url}: its certificate is not accepted.",
        _ => $"The connection to the gateway '{gateway.Name}' broke off.",
    };
}
