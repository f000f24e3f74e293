using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.Retry;

namespace Scanlock.Cli.Hosts;

/// <summary>Calls one host as the signed-in person. Every call of ours may be repeated, so a lost connection is tried again.</summary>
internal sealed class HostClient(Session session, string url)
{
    // An answer that did not come in time is not asked for again: the person has waited long enough.
    private static readonly ResiliencePipeline<HttpResponseMessage> s_retries = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                .Handle<HttpRequestException>()
                .HandleResult(answer => answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
            MaxRetryAttempts = 3,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(300),
            UseJitter = true,
        })
        .Build();

    public string Url => url;

    /// <summary>A token of the person for this host, for another host to act in their name within a scope.</summary>
    public Task<string> DelegateAsync(string scope, CancellationToken cancellationToken) => session.TokenAsync(url, scope, cancellationToken);

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return await ReadAsync(answer, type, cancellationToken);
    }

    /// <summary>GET without signing in.</summary>
    public async Task<T?> TryGetAnonymousAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url + path);
            using var answer = await BoundedCall.SendAsync(session.Http, request, HttpCompletionOption.ResponseContentRead, BoundedCall.AnswerPatience, cancellationToken);
            return answer.IsSuccessStatusCode ? await ReadAsync(answer, type, cancellationToken) : null;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw HostProblemException.Unreachable(new(url), e);
        }
    }

    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken) =>
        SendJsonAsync(HttpMethod.Post, path, body, bodyType, type, cancellationToken);

    public async Task<TAnswer> SendJsonAsync<TBody, TAnswer>(
        HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, bodyType);
        using var answer = await SendAsync(method, path, () => Content(new ByteArrayContent(bytes), "application/json"), cancellationToken);
        return await ReadAsync(answer, type, cancellationToken);
    }

    public async Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, null, cancellationToken);
        return await ReadAsync(answer, type, cancellationToken);
    }

    /// <summary>Posts a file as it streams from disk.</summary>
    public async Task<T> PostFileAsync<T>(string path, string file, string mediaType, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, () => Content(new StreamContent(File.OpenRead(file)), mediaType), cancellationToken);
        return await ReadAsync(answer, type, cancellationToken);
    }

    /// <summary>Downloads to a file, which appears only when whole.</summary>
    public async Task DownloadAsync(string path, string file, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw await HostProblemException.ReadAsync(answer, cancellationToken);
        }

        var partial = file + ".partial";
        await using (var target = File.Create(partial))
        {
            await answer.Content.CopyToAsync(target, cancellationToken);
        }

        File.Move(partial, file, overwrite: true);
    }

    private static HttpContent Content(HttpContent content, string mediaType)
    {
        content.Headers.ContentType = new(mediaType);
        return content;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Func<HttpContent>? content, CancellationToken cancellationToken)
    {
        var token = await session.TokenAsync(url, scope: null, cancellationToken);
        var patience = method == HttpMethod.Get ? BoundedCall.AnswerPatience : Timeout.InfiniteTimeSpan;
        try
        {
            return await s_retries.ExecuteAsync(
                async cancellation =>
                {
                    using var request = new HttpRequestMessage(method, url + path) { Content = content?.Invoke() };
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                    return await BoundedCall.SendAsync(session.Http, request, HttpCompletionOption.ResponseHeadersRead, patience, cancellation);
                },
                cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw HostProblemException.Unreachable(new(url), e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw await HostProblemException.ReadAsync(answer, cancellationToken);
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), type, cancellationToken)
                ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new HostProblemException(ExitCode.Failed, "other-version", $"{answer.RequestMessage?.RequestUri} answered in a form this version does not know, at {e.Path ?? "$"}.", [], []);
        }
    }
}
