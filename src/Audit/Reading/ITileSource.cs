namespace Scanlock.Audit;

/// <summary>Where a log's files are read from: a directory or a web address with the same paths.</summary>
public interface ITileSource
{
    /// <summary>Names the place in messages: the directory or the address.</summary>
    string Name { get; }

    /// <summary>
    /// A file, or null where there is none. One with more than <paramref name="maxBytes"/> comes back cut one byte after them,
    /// so that its reader sees that it is too long and nothing unbounded is held.
    /// </summary>
    /// <exception cref="IOException">The place cannot be read, or answers with an error.</exception>
    Task<byte[]?> ReadAsync(string path, int maxBytes, CancellationToken cancellationToken);
}

/// <summary>A log's files in a directory.</summary>
public sealed class DirectoryTiles(string directory) : ITileSource
{
    public string Name => directory;

    public async Task<byte[]?> ReadAsync(string path, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(
                Path.Combine(directory, path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
            var bytes = new byte[Math.Min(file.Length, maxBytes + 1L)];
            await file.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>A log's files below a web address. The client given decides on retries, timeouts and credentials.</summary>
public sealed class HttpTiles(HttpClient client, Uri address) : ITileSource
{
    private readonly Uri _base = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    public string Name => address.AbsoluteUri;

    public async Task<byte[]?> ReadAsync(string path, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(_base, path), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.StatusCode is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.Gone)
            {
                return null;
            }

            if (!answer.IsSuccessStatusCode)
            {
                throw new IOException($"{Name} answers {(int)answer.StatusCode} for {path}.");
            }

            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            return await ReadBoundedAsync(body, maxBytes, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{Name} cannot be reached: {e.Message}", e);
        }
    }

    private static async Task<byte[]> ReadBoundedAsync(Stream body, int maxBytes, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (bytes.Length <= maxBytes)
        {
            var wanted = (int)Math.Min(buffer.Length, maxBytes + 1L - bytes.Length);
            var read = await body.ReadAsync(buffer.AsMemory(0, wanted), cancellationToken);
            if (read == 0)
            {
                break;
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }
}
