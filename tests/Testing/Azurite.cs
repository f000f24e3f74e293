using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Scanlock.Processes;

namespace Scanlock.Testing;

/// <summary>
/// Azurite's Blob service on loopback, in memory, with an account and a key of its own. It comes from npm: <c>npm ci</c> in
/// tests/System.Tests, which <c>./test</c> runs where there is an npm.
/// </summary>
public sealed class Azurite : IAsyncDisposable
{
    public const string Account = "scanlocktests";
    private static readonly string s_program = Path.Combine(Repository.Root, "tests", "System.Tests", "node_modules", "azurite", "dist", "src", "blob", "main.js");
    private readonly RunningProgram _program;

    private Azurite(RunningProgram program, Uri accountUrl, string key) => (_program, AccountUrl, Key) = (program, accountUrl, key);

    /// <summary>Why it cannot run here, or null.</summary>
    public static string? Missing =>
        Programs.Find("node") is null ? "there is no node" : File.Exists(s_program) ? null : "azurite is not installed: run 'npm ci' in tests/System.Tests";

    /// <summary>Of the account: <c>http://127.0.0.1:PORT/ACCOUNT</c>, https with a certificate.</summary>
    public Uri AccountUrl { get; }

    /// <summary>The account's key, Base64.</summary>
    public string Key { get; }

    /// <param name="tls">Files of a certificate and its key, PEM: it then speaks https, and takes tokens of Microsoft Entra by what they claim.</param>
    public static async Task<Azurite> StartAsync((string Certificate, string Key)? tls = null)
    {
        var (port, key) = (Ports.Free(), Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)));
        string[] arguments = [s_program, "--blobHost", "127.0.0.1", "--blobPort", $"{port}", "--inMemoryPersistence", "--silent", "--disableTelemetry"];
        var start = new ProgramStart(Programs.Find("node")!, tls is { } pem ? [.. arguments, "--oauth", "basic", "--cert", pem.Certificate, "--key", pem.Key] : arguments)
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["AZURITE_ACCOUNTS"] = $"{Account}:{key}" },
        };
        var azurite = new Azurite(RunningProgram.Start(start.Inheriting("PATH", "HOME", "TMPDIR")), new($"{(tls is null ? "http" : "https")}://127.0.0.1:{port}/{Account}"), key);
        await Wait.UntilAsync("azurite to listen", azurite.IsListeningAsync, TimeSpan.FromSeconds(60));
        return azurite;
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private async Task<bool> IsListeningAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, AccountUrl.Port);
            return true;
        }
        catch (SocketException notYet)
        {
            return _program.Exit.IsCompleted ? throw new InvalidOperationException($"azurite ended: {_program.ErrorTail}", notYet) : false;
        }
    }
}
