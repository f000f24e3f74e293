using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Scanlock.Contracts;

namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>Which container, and as whom.</summary>
/// <param name="Url">Of the container: account, slash, name.</param>
internal sealed record BlobContainerAddress(Uri Url, BlobCredential Credential);

/// <summary>A blob's bytes from some offset on. Who takes it owns the stream.</summary>
/// <param name="Tag">Stands for this very version of the blob.</param>
/// <param name="Length">Of the whole blob.</param>
internal sealed record BlobBody(Stream Content, string Tag, long Length);

/// <summary>
/// One container's part of the Blob REST API, version <see cref="Version"/>. Every request may be sent twice: what a lost answer hides is
/// asked for again, and doing it again changes nothing. Blocks and blobs carry their MD5, by which the service refuses what the way altered.
/// </summary>
internal sealed class BlobContainer
{
    /// <summary>Pinned: a later version could mean something else by the same words.</summary>
    public const string Version = "2021-12-02";

    private readonly RequestUriBuilder _url = new();
    private readonly HttpPipeline _pipeline;

    public BlobContainer(BlobContainerAddress address, BlobRequests? requests = null)
    {
        _url.Reset(address.Url);
        _pipeline = HttpPipelineBuilder.Build(requests ?? new(), [], [address.Credential.ToPolicy()], RetriedAnswers.Classifier);
    }

    /// <summary>Puts a whole blob in place of whatever has that name.</summary>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, Sha256Digest digest, CancellationToken cancellationToken)
    {
        using var message = Ask(RequestMethod.Put, name, cancellationToken);
        message.Request.Headers.SetValue("x-ms-blob-type", "BlockBlob");
        message.Request.Headers.SetValue("x-ms-meta-sha256", digest.Hex);
        Give(message, content);
        await SendAsync(message, 201, cancellationToken);
        RefuseKeptVersions(message.Response);
    }

    /// <summary>Stages a block of a blob that is not to be seen yet.</summary>
    /// <param name="block">The block's name, Base64, of the same length for every block of a blob.</param>
    public async Task PutBlockAsync(string name, string block, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        using var message = Ask(RequestMethod.Put, name, cancellationToken);
        message.Request.Uri.AppendQuery("comp", "block", escapeValue: false);
        message.Request.Uri.AppendQuery("blockid", block, escapeValue: true);
        Give(message, content);
        await SendAsync(message, 201, cancellationToken);
    }

    /// <summary>Makes the staged blocks the blob, all at once, and forgets any others of that name.</summary>
    public async Task PutBlockListAsync(string name, IEnumerable<string> blocks, Sha256Digest digest, CancellationToken cancellationToken)
    {
        using var message = Ask(RequestMethod.Put, name, cancellationToken);
        message.Request.Uri.AppendQuery("comp", "blocklist", escapeValue: false);
        message.Request.Headers.SetValue("x-ms-meta-sha256", digest.Hex);

        // Latest, and not Uncommitted: asked a second time, the service finds the blocks committed.
        var list = string.Concat(blocks.Select(block => $"<Latest>{block}</Latest>"));
        Give(message, Encoding.ASCII.GetBytes($"<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>{list}</BlockList>"));
        await SendAsync(message, 201, cancellationToken);
        RefuseKeptVersions(message.Response);
    }

    /// <summary>The blob's bytes from an offset on; null where there is no such blob.</summary>
    /// <param name="tag">The version that is meant, where reading goes on.</param>
    /// <exception cref="BlobAlteredException">There is another version by now.</exception>
    public async Task<BlobBody?> GetAsync(string name, long from, string? tag, CancellationToken cancellationToken)
    {
        using var message = Ask(RequestMethod.Get, name, cancellationToken);
        message.BufferResponse = false;
        if (tag is not null)
        {
            message.Request.Headers.SetValue("x-ms-range", string.Create(CultureInfo.InvariantCulture, $"bytes={from}-"));
            message.Request.Headers.SetValue("If-Match", tag);
        }

        var status = await SendAsync(message, cancellationToken);
        return status switch
        {
            200 when from == 0 && message.Response.Headers is { ETag: { } own, ContentLengthLong: { } length } => new(Body(message), own.ToString("H"), length),
            206 when message.Response.Headers is { ETag: { } own, ContentLengthLong: { } rest } => new(Body(message), own.ToString("H"), from + rest),
            404 when CodeOf(message.Response) == "BlobNotFound" => null,
            412 => throw new BlobAlteredException("A stored ciphertext was replaced while it was read."),
            _ => throw Refused(message.Response),
        };
    }

    /// <summary>Destroys a blob; it is no error that there is none.</summary>
    /// <exception cref="BlobStoreException">Also where the account keeps what is deleted.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        using var message = Ask(RequestMethod.Delete, name, cancellationToken);
        var status = await SendAsync(message, cancellationToken);
        if (status != 202 && !(status == 404 && CodeOf(message.Response) == "BlobNotFound"))
        {
            throw Refused(message.Response);
        }

        if (message.Response.Headers.TryGetValue("x-ms-delete-type-permanent", out var permanent) && permanent == "false")
        {
            throw new BlobStoreException("The blob store keeps what is deleted; turn the account's soft delete off, or nothing here can be destroyed.");
        }
    }

    /// <summary>One page of the names that begin with a prefix, and where the next page starts, if there is one.</summary>
    public async Task<(IReadOnlyList<string> Names, string? Next)> ListAsync(string prefix, string? marker, int atMost, CancellationToken cancellationToken)
    {
        using var message = Ask(RequestMethod.Get, name: null, cancellationToken);
        message.Request.Uri.AppendQuery("restype", "container", escapeValue: false);
        message.Request.Uri.AppendQuery("comp", "list", escapeValue: false);
        message.Request.Uri.AppendQuery("prefix", prefix, escapeValue: true);
        message.Request.Uri.AppendQuery("maxresults", atMost.ToString(CultureInfo.InvariantCulture), escapeValue: false);
        if (marker is not null)
        {
            message.Request.Uri.AppendQuery("marker", marker, escapeValue: true);
        }

        await SendAsync(message, 200, cancellationToken);
        return ReadPage(message.Response.Content.ToArray());
    }

    private static (IReadOnlyList<string> Names, string? Next) ReadPage(byte[] page)
    {
        var (names, next) = (new List<string>(), "");
        try
        {
            using var bytes = new MemoryStream(page, writable: false);
            using var xml = XmlReader.Create(bytes, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var parent = "";
            while (!xml.EOF)
            {
                if (xml is { NodeType: XmlNodeType.Element, Name: "Name" } && parent == "Blob")
                {
                    names.Add(xml.ReadElementContentAsString());
                }
                else if (xml is { NodeType: XmlNodeType.Element, Name: "NextMarker" })
                {
                    next = xml.ReadElementContentAsString();
                }
                else
                {
                    parent = xml.NodeType == XmlNodeType.Element ? xml.Name : parent;
                    xml.Read();
                }
            }
        }
        catch (XmlException e)
        {
            throw new BlobStoreException("The blob store's list of names cannot be read.", e);
        }

        return (names, next.Length == 0 ? null : next);
    }

    private HttpMessage Ask(RequestMethod method, string? name, CancellationToken cancellationToken)
    {
        var message = _pipeline.CreateMessage(new() { CancellationToken = cancellationToken });
        message.Request.Method = method;
        message.Request.Uri.Reset(_url.ToUri());
        if (name is not null)
        {
            message.Request.Uri.AppendPath($"/{name}", escape: false);
        }

        message.Request.Headers.SetValue("x-ms-version", Version);
        return message;
    }

    private static void Give(HttpMessage message, ReadOnlyMemory<byte> content)
    {
#pragma warning disable CA5351 // The protocol's checksum for the way there; what is trusted is the SHA-256 of the whole.
        message.Request.Headers.SetValue("Content-MD5", Convert.ToBase64String(MD5.HashData(content.Span)));
#pragma warning restore CA5351
        message.Request.Content = RequestContent.Create(content);
    }

    private async Task SendAsync(HttpMessage message, int expected, CancellationToken cancellationToken)
    {
        if (await SendAsync(message, cancellationToken) != expected)
        {
            throw Refused(message.Response);
        }
    }

    private async Task<int> SendAsync(HttpMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _pipeline.SendAsync(message, cancellationToken);
            return message.Response.Status;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or AuthenticationFailedException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new BlobStoreException("The blob store cannot be reached.", e);
        }
    }

    private static Stream Body(HttpMessage message) =>
        message.ExtractResponseContent() ?? throw new BlobStoreException("The blob store gave an answer without a body.");

    private static BlobStoreException Refused(Response response) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The blob store refused: {response.Status} {CodeOf(response)}."));

    /// <summary>The service's own word for what is wrong; only if it looks like one.</summary>
    private static string CodeOf(Response response) =>
        response.Headers.TryGetValue("x-ms-error-code", out var code) && code.Length <= 64 && code.All(char.IsAsciiLetterOrDigit) ? code : "";

    private static void RefuseKeptVersions(Response response)
    {
        if (response.Headers.TryGetValue("x-ms-version-id", out _))
        {
            throw new BlobStoreException("The blob store keeps earlier versions of blobs; turn the account's versioning off, or nothing here can be destroyed.");
        }
    }
}
