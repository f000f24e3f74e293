using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Storage;

/// <summary>Stands between the gateway and a store and passes every exchange on, but where a test has it do worse.</summary>
internal sealed class StoreRelay : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private StoreRelay(Uri store)
    {
        Url = new($"http://127.0.0.1:{Ports.Free()}{store.AbsolutePath}");
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(Url.GetLeftPart(UriPartial.Authority));
        _app = builder.Build();
        _app.Run(context =>
        {
            var exchange = new Exchange(context, new(store, context.Features.Get<IHttpRequestFeature>()!.RawTarget), _http);
            lock (Seen)
            {
                Seen.Add(exchange);
            }

            return Handle(exchange);
        });
    }

    public Uri Url { get; }

    public List<Exchange> Seen { get; } = [];

    public Func<Exchange, Task> Handle { get; set; } = exchange => exchange.ForwardAsync();

    public static async Task<StoreRelay> StartAsync(Uri store)
    {
        var relay = new StoreRelay(store);
        await relay._app.StartAsync();
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }
}

/// <summary>One request on its way to the store, and what becomes of it.</summary>
internal sealed class Exchange(HttpContext context, Uri target, HttpClient http)
{
    private static readonly string[] s_ofTheConnection = ["Connection", "Host", "Keep-Alive", "Transfer-Encoding"];

    public string Method { get; } = context.Request.Method;

    public string Query { get; } = context.Request.QueryString.Value ?? "";

    public string? Range { get; } = context.Request.Headers["x-ms-range"];

    /// <param name="flipAt">A byte of the request's body to alter.</param>
    /// <param name="cutAfter">Bytes of the answer's body after which the connection breaks; none of the answer where negative.</param>
    /// <param name="silentAfter">Bytes of the answer's body after which nothing more comes.</param>
    /// <param name="header">One more header of the answer.</param>
    public async Task ForwardAsync(int? flipAt = null, long cutAfter = long.MaxValue, long silentAfter = long.MaxValue, (string Name, string Value)? header = null)
    {
        using var answer = await SendAsync(flipAt);
        if (cutAfter < 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(pair => !s_ofTheConnection.Contains(pair.Key)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (header is { } more)
        {
            context.Response.Headers[more.Name] = more.Value;
        }

        await CopyAsync(await answer.Content.ReadAsStreamAsync(), Math.Min(cutAfter, silentAfter));
        if (silentAfter < long.MaxValue)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Who ends an answer before its Content-Length is hung up on by Kestrel, once what there was is sent.
    }

    public Task AnswerAsync(HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        context.Response.Headers["x-ms-error-code"] = code;
        return Task.CompletedTask;
    }

    private async Task<HttpResponseMessage> SendAsync(int? flipAt)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        if (flipAt is { } at)
        {
            bytes[at] ^= 1;
        }

        using var request = new HttpRequestMessage(new(Method), target) { Content = bytes.Length > 0 || Method == "PUT" ? new ByteArrayContent(bytes) : null };
        foreach (var (name, values) in context.Request.Headers.Where(pair => !s_ofTheConnection.Contains(pair.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private async Task CopyAsync(Stream body, long atMost)
    {
        var buffer = new byte[16 << 10];
        for (var left = atMost; await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left))) is var read and > 0; left -= read)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
        }

        await context.Response.Body.FlushAsync();
    }
}
