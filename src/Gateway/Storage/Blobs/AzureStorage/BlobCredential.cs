using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>How the gateway shows an Azure storage account who it is.</summary>
internal abstract record BlobCredential
{
    private BlobCredential() { }

    /// <summary>What adds this credential to a request, anew for each try.</summary>
    public abstract HttpPipelinePolicy ToPolicy();

    /// <summary>An identity of Microsoft Entra, by its tokens; they travel over https only.</summary>
    public sealed record Identity(TokenCredential Tokens) : BlobCredential
    {
        private const string Scope = "https://storage.azure.com/.default";

        /// <summary>
        /// That of the environment, of a Kubernetes workload, or of the machine itself. The developer's own sign-ins that the library could
        /// also try are left out: they start programs, and who a host is should not depend on who last used its shell.
        /// </summary>
        /// <param name="clientId">Of an identity assigned to the machine by its user; empty for the machine's own.</param>
        public static Identity OfThisHost(string clientId) => new(new ChainedTokenCredential(
            new EnvironmentCredential(),
            new WorkloadIdentityCredential(),
            new ManagedIdentityCredential(clientId.Length == 0 ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId))));

        public override HttpPipelinePolicy ToPolicy() => new BearerTokenAuthenticationPolicy(Tokens, Scope);
    }

    /// <summary>The account's own key, which is never printed.</summary>
    public sealed record SharedKey(string Account, ReadOnlyMemory<byte> Key) : BlobCredential
    {
        public override HttpPipelinePolicy ToPolicy() => new SharedKeyPolicy(Account, Key);

        public override string ToString() => nameof(SharedKey);
    }

    /// <summary>The query of a shared access signature, without its question mark; it is a secret, and never printed.</summary>
    public sealed record Signature(string Query) : BlobCredential
    {
        public override HttpPipelinePolicy ToPolicy() => new SignaturePolicy(Query);

        public override string ToString() => nameof(Signature);
    }

    private sealed class SignaturePolicy(string query) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            // A retry comes by here again with the same request.
            if (!message.Request.Uri.Query.EndsWith(query, StringComparison.Ordinal))
            {
                message.Request.Uri.Query = message.Request.Uri.Query.Length <= 1 ? $"?{query}" : $"{message.Request.Uri.Query}&{query}";
            }
        }
    }
}

/// <summary>Signs requests with an account's key: "Authorize with Shared Key", as the Blob service reads it since version 2015-02-21.</summary>
internal sealed class SharedKeyPolicy(string account, ReadOnlyMemory<byte> key) : HttpPipelineSynchronousPolicy
{
    private static readonly string[] s_signedHeaders =
        ["Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range"];

    public override void OnSendingRequest(HttpMessage message)
    {
        var request = message.Request;
        request.Headers.SetValue("x-ms-date", TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture));
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key.Span, Encoding.UTF8.GetBytes(TextOf(request))));
        request.Headers.SetValue("Authorization", new AuthenticationHeaderValue("SharedKey", $"{account}:{signature}").ToString());
    }

    private string TextOf(Request request)
    {
        var text = new StringBuilder().Append(request.Method.Method).Append("\n\n\n");
        text.Append(request.Content is { } content && content.TryComputeLength(out var length) && length > 0 ? length.ToString(CultureInfo.InvariantCulture) : "").Append('\n');
        foreach (var header in s_signedHeaders)
        {
            text.Append(request.Headers.TryGetValue(header, out var value) ? value : "").Append('\n');
        }

        foreach (var header in request.Headers.Where(header => header.Name.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .Select(header => (Name: header.Name.ToLowerInvariant(), header.Value)).OrderBy(header => header.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{header.Name}:{header.Value.Trim()}\n");
        }

        var url = request.Uri.ToUri();
        text.Append('/').Append(account).Append(url.AbsolutePath);
        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2))
            .OrderBy(pair => pair[0], StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{parameter[0].ToLowerInvariant()}:{Uri.UnescapeDataString(parameter[1])}");
        }

        return text.ToString();
    }
}
