using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Hosts;

/// <summary>
/// A host and its issuer in one, on a port of the loopback address: says what a test gives it, word for word, as no host of ours would.
/// </summary>
internal sealed class LoopbackHost : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string?>> _answers = new(StringComparer.Ordinal);
    private readonly TestFolder _folder = new();
    private readonly Task _serving;

    public LoopbackHost()
    {
        Url = $"http://127.0.0.1:{Ports.Free()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        Answer("GET /.well-known/oauth-protected-resource", $$"""{"resource":"{{Url}}","authorization_servers":["{{Url}}"]}""");
        Answer("GET /.well-known/openid-configuration", $$"""{"issuer":"{{Url}}","token_endpoint":"{{Url}}/token"}""");
        Answer("POST /token", """{"access_token":"made-up","expires_in":600}""");
        File.WriteAllText(_folder["secret"], "made-up");
        _serving = ServeAsync();
    }

    public string Url { get; }

    /// <summary>Where the profile lies that <see cref="SignInAsync"/> writes.</summary>
    public string Profile => Path.Combine(_folder["config"], "default.json");

    /// <summary>What it answers to a call, one answer after another; the last again and again. Null is that it is busy: come back in a second.</summary>
    public void Answer(string call, params string?[] bodies) => _answers[call] = new(bodies);

    public Task<ScanlockRun> SignInAsync() => RunAsync($"login {Url} --client-id unattended --client-secret-file {_folder["secret"]}");

    /// <summary>Runs <c>scanlock</c> with a configuration folder of this host's own.</summary>
    public Task<ScanlockRun> RunAsync(string arguments) => ScanlockProgram.RunShellAsync($"SCANLOCK_CONFIG={_folder["config"]} scanlock {arguments}");

    public void Dispose()
    {
        _listener.Close();
        _serving.GetAwaiter().GetResult();
        _folder.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            // What is left of a body would be taken for the connection's next request.
            await context.Request.InputStream.CopyToAsync(Stream.Null);
            var answers = _answers.GetValueOrDefault($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}");
            context.Response.StatusCode = answers is null ? 404 : 200;
            context.Response.ContentType = "application/json";
            if (answers is not null && answers.TryPeek(out var body))
            {
                if (answers.Count > 1)
                {
                    answers.TryDequeue(out _);
                }

                if (body is null)
                {
                    context.Response.StatusCode = 503;
                    context.Response.Headers["Retry-After"] = "1";
                }

                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body ?? ""));
            }

            context.Response.Close();
        }
    }
}
