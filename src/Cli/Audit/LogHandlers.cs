using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Audit;

/// <summary>Asks again where a log's server was lost or busy; the files of a log never change under their names.</summary>
internal sealed class RetryHandler : DelegatingHandler
{
    private static readonly ResiliencePipeline<HttpResponseMessage> s_retries = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                .Handle<HttpRequestException>()
                .HandleResult(answer => answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
                    or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
            MaxRetryAttempts = 3,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(300),
            UseJitter = true,
        })
        .Build();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await s_retries.ExecuteAsync(async token => await base.SendAsync(request, token), cancellationToken);
}

/// <summary>Signs in where the server asks for it, with the person's own login to that gateway; a log that is public is read as it is.</summary>
internal sealed class SignedInHandler(Session session, Uri log) : DelegatingHandler
{
    private readonly string _host = log.AbsoluteUri.TrimEnd('/') is var url && url.EndsWith(GatewayRoutes.Audit, StringComparison.Ordinal)
        ? url[..^GatewayRoutes.Audit.Length]
        : log.GetLeftPart(UriPartial.Authority);

    private volatile bool _isNeeded;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_isNeeded)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.Unauthorized)
            {
                return answer;
            }

            answer.Dispose();
            _isNeeded = true;
        }

        var token = await session.TokenAsync(_host, scope: null, cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await base.SendAsync(request, cancellationToken);
    }
}
