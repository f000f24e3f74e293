using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.Retry;

namespace Scanlock.Cli.Hosts;

/// <summary>
/// Calls one host as the signed-in person, or by a token of its own. Every call of ours may be repeated, so a lost connection is tried again.
/// </summary>
/// <param name="session">Whose sign-ins.</param>
/// <param name="url">The host's.</param>
/// <param name="bearer">A token to use instead of a sign-in, or null.</param>
/// <param name="patience">How a lost call is tried again, where that is to be otherwise than a person at a terminal wants it.</param>
internal sealed class HostClient(Session session, string url, string? bearer = null, ResiliencePipeline<HttpResponseMessage>? patience = null)
{
    // An answer that did not come in time is not asked for again: the person has waited long enough.
    private static readonly ResiliencePipeline<HttpResponseMessage> s_retries = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = IsLost,
            MaxRetryAttempts = 3,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(300),
            UseJitter = true,
        })
        .Build();

    public string Url => url;

    /// <summary>A client of the same host that tries lost calls again otherwise.</summary>
    public HostClient With(ResiliencePipeline<HttpResponseMessage> retries) => new(session, url, bearer, retries);

    /// <summary>Whether a call did not reach the host, or not its answer back.</summary>
    public static ValueTask<bool> IsLost(RetryPredicateArguments<HttpResponseMessage> call) => ValueTask.FromResult(call.Outcome switch
    {
        { Exception: { } error } => error is HttpRequestException,
        { Result: { } answer } => answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
        _ => false,
    });

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

    /// <summary>Posts objects to a DICOMweb server (STOW-RS); stored or not, the answer says so of each.</summary>
    /// <param name="path">Of the studies.</param>
    /// <param name="body">Makes the body, once for each attempt.</param>
    /// <param name="type">The answer's.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public async Task<T> StoreAsync<T>(string path, Func<HttpContent> body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Post, path, body, StowHeaders, cancellationToken);
        return answer.Content.Headers.ContentType?.MediaType == "application/json" && answer.StatusCode == HttpStatusCode.Conflict
            ? await ParseAsync(answer, type, cancellationToken)
            : await ReadAsync(answer, type, cancellationToken);

        // Who may not send is told so before the objects go out.
        static void StowHeaders(HttpRequestMessage request)
        {
            request.Headers.Accept.Add(new("application/json"));
            request.Headers.ExpectContinue = true;
        }
    }

    /// <summary>Reads an answer as it comes.</summary>
    public async Task<T> ReadAsync<T>(string path, Func<Stream, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw await HostProblemException.ReadAsync(answer, cancellationToken);
        }

        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await read(content, cancellationToken);
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

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Func<HttpContent>? content, CancellationToken cancellationToken) =>
        SendAsync(method, path, content, static _ => { }, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, Func<HttpContent>? content, Action<HttpRequestMessage> prepare, CancellationToken cancellationToken)
    {
        var token = bearer ?? await session.TokenAsync(url, scope: null, cancellationToken);
        var limit = method == HttpMethod.Get ? BoundedCall.AnswerPatience : Timeout.InfiniteTimeSpan;
        try
        {
            return await (patience ?? s_retries).ExecuteAsync(
                async cancellation =>
                {
                    using var request = new HttpRequestMessage(method, url + path) { Content = content?.Invoke() };
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                    prepare(request);
                    return await BoundedCall.SendAsync(session.Http, request, HttpCompletionOption.ResponseHeadersRead, limit, cancellation);
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

        return await ParseAsync(answer, type, cancellationToken);
    }

    private static async Task<T> ParseAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
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
