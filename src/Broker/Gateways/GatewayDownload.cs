using System.Net;
using System.Net.Http.Headers;

namespace Scanlock.Broker.Gateways;

/// <summary>A large answer being read.</summary>
internal sealed class GatewayDownload : IAsyncDisposable
{
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(60);
    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;

    private GatewayDownload(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _stream = stream;
    }

    /// <summary>Where the bytes begin: the offset asked for, or 0 where the server does not serve ranges.</summary>
    public long Offset => _response.StatusCode == HttpStatusCode.PartialContent ? _response.Content.Headers.ContentRange?.From ?? 0 : 0;

    /// <summary>True unless the server states another SHA-256 of the whole (RFC 9530, Repr-Digest).</summary>
    public bool Matches(ReadOnlySpan<byte> sha256)
    {
        var stated = $"sha-256=:{Convert.ToBase64String(sha256)}:";
        var said = Header(_response.Headers) ?? Header(_response.Content.Headers);
        return said is null || !said.Contains("sha-256=", StringComparison.Ordinal) || said.Contains(stated, StringComparison.Ordinal);

        static string? Header(HttpHeaders headers) => headers.TryGetValues("Repr-Digest", out var values) ? string.Join(',', values) : null;
    }

    /// <summary>Bytes that follow, where the server says so.</summary>
    public long? Length => _response.Content.Headers.ContentLength;

    internal static async Task<GatewayDownload> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(response, await response.Content.ReadAsStreamAsync(cancellationToken));

    /// <summary>Fills as much of the buffer as there is; fewer bytes than asked for only at the end.</summary>
    /// <exception cref="IOException">The connection broke off or stalled.</exception>
    public async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var filled = 0;
        try
        {
            while (filled < buffer.Length)
            {
                stall.CancelAfter(s_stall);
                var read = await _stream.ReadAsync(buffer[filled..], stall.Token);
                if (read == 0)
                {
                    break;
                }

                filled += read;
            }

            return filled;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The gateway sends no more.", e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException("The connection to the gateway broke off.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _response.Dispose();
    }
}
