using System.Net.Sockets;
using System.Text;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>A store request written to the wire by hand, piece by piece: what no well-behaved client does.</summary>
internal sealed class OpenRequest : IAsyncDisposable
{
    private readonly TcpClient _tcp = new();
    private readonly bool _chunked;

    private OpenRequest(bool chunked) => _chunked = chunked;

    /// <param name="contentLength">What the request claims; chunked where null.</param>
    public static async Task<OpenRequest> StartAsync(Hospital hospital, CreatedUploadToken token, long? contentLength = null)
    {
        var request = new OpenRequest(contentLength is null);
        var url = new Uri(hospital.Url);
        await request._tcp.ConnectAsync(url.Host, url.Port);
        var length = contentLength is { } claimed ? $"Content-Length: {claimed}" : "Transfer-Encoding: chunked";
        await request.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {Pacs.Studies(token.Token.Dataset)} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {token.Secret}\r\n"
            + $"Content-Type: multipart/related; type=\"application/dicom\"; boundary={Pacs.Boundary}\r\n{length}\r\nConnection: close\r\n\r\n"));
        return request;
    }

    public async Task SendAsync(byte[] bytes)
    {
        if (_chunked)
        {
            await WriteAsync(Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"));
        }

        await WriteAsync(bytes);
        if (_chunked)
        {
            await WriteAsync("\r\n"u8.ToArray());
        }
    }

    /// <summary>Ends the body, where it has an end, and reads the answer to its end.</summary>
    public async Task<string> AnswerAsync()
    {
        if (_chunked)
        {
            await WriteAsync("0\r\n\r\n"u8.ToArray());
        }

        using var reader = new StreamReader(_tcp.GetStream(), Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync();
    }

    /// <summary>Ends the connection at once, as a machine that is switched off.</summary>
    public void BreakOff()
    {
        _tcp.Client.LingerState = new(enable: true, seconds: 0);
        _tcp.Close();
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task WriteAsync(byte[] bytes) => _tcp.GetStream().WriteAsync(bytes).AsTask();
}
