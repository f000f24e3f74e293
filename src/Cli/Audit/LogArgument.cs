using System.CommandLine;
using System.Net;
using Scanlock.Audit;
using Scanlock.Cli.Hosts;

namespace Scanlock.Cli.Audit;

/// <summary>The log that a command is about, and the small files that go with it.</summary>
internal static class LogArgument
{
    public static Option<string> Log(bool required = true) => new("--log")
    {
        Required = required,
        HelpName = "DIR-or-URL",
        Description = "The log: its directory, or the http(s) address its files are served below.",
    };

    /// <summary>Opens the log for reading. A gateway's address is read with the sign-in to that gateway, if it asks for one.</summary>
    public static OpenedLog Open(ParseResult parse, string log)
    {
        if (!Uri.TryCreate(log, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return Directory.Exists(log)
                ? new OpenedLog(new DirectoryTiles(log), null)
                : throw new AuditLogException($"There is no directory {log}.");
        }

        var session = Session.Of(parse);
        var client = new HttpClient(
            new SignedInHandler(session, address)
            {
                InnerHandler = new RetryHandler
                {
                    InnerHandler = new SocketsHttpHandler
                    {
                        AllowAutoRedirect = false,
                        AutomaticDecompression = DecompressionMethods.All,
                        ConnectTimeout = TimeSpan.FromSeconds(10),
                    },
                },
            })
        {
            Timeout = TimeSpan.FromMinutes(1),
        };
        return new OpenedLog(new HttpTiles(client, address), () =>
        {
            client.Dispose();
            session.Dispose();
        });
    }

    /// <summary>A verifier key: in a file, or written out.</summary>
    public static VerifierKey ReadKey(string fileOrKey)
    {
        var isFile = File.Exists(fileOrKey);
        if (!isFile && !fileOrKey.Contains('+', StringComparison.Ordinal))
        {
            throw new AuditLogException($"There is no file {fileOrKey}.");
        }

        var text = isFile ? System.Text.Encoding.UTF8.GetString(ReadSmall(fileOrKey, SignedNote.MaxBytes)) : fileOrKey;
        return VerifierKey.TryParse(text, out var key, out var fault)
            ? key
            : throw new AuditLogException($"{(isFile ? fileOrKey : "What was given")} is not a verifier key: {fault}.");
    }

    public static Checkpoint ReadCheckpoint(string file) => Checkpoint.TryParse(ReadSmall(file, SignedNote.MaxBytes), out var checkpoint, out var fault)
        ? checkpoint
        : throw new AuditLogException($"{file} is not a checkpoint: {fault}.");

    /// <summary>A file's bytes, cut one byte after the most that it may have.</summary>
    public static byte[] ReadSmall(string path, int maxBytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var buffer = new byte[maxBytes + 1];
        return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
    }
}

/// <summary>A log open for reading, and what must be closed after.</summary>
internal sealed record OpenedLog(ITileSource Source, Action? Close) : IDisposable
{
    public LogReader Reader { get; } = new(Source);

    public void Dispose() => Close?.Invoke();
}
