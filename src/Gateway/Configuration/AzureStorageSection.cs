using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;

namespace Scanlock.Gateway.Configuration;

/// <summary>Reads <c>Storage:Azure</c>: an address that can be used, or what is wrong with it. What a credential's file holds is never repeated.</summary>
internal static class AzureStorageSection
{
    private const string At = "Storage:Azure";

    /// <summary>Null where the section is absent or, with problems told to the reader, cannot be used.</summary>
    public static BlobContainerAddress? Read(SectionReader reader)
    {
        if (reader.One<StorageOptions>("Storage").Azure is not { } options)
        {
            return null;
        }

        var account = AccountOf(reader, options.AccountUrl);
        reader.Require($"{At}:Container", options.Container, IsContainer, "a container's name: 3 to 63 lower-case letters, digits and single hyphens");
        if (account is null || !IsContainer(options.Container))
        {
            return null;
        }

        var url = new Uri($"{account.AbsoluteUri.TrimEnd('/')}/{options.Container}");
        return CredentialOf(reader, options, account, url) is { } credential ? new(url, credential) : null;
    }

    private static Uri? AccountOf(SectionReader reader, string text)
    {
        var fits = Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback))
            && url is { Query: "", Fragment: "", UserInfo: "" };
        reader.Require(
            $"{At}:AccountUrl", text, _ => fits, "the account's https URL and nothing after it, such as https://ACCOUNT.blob.core.windows.net; http only on loopback");
        return fits ? url : null;
    }

    private static BlobCredential? CredentialOf(SectionReader reader, AzureStorageOptions options, Uri account, Uri container)
    {
        switch (options.Credential)
        {
            case AzureCredentials.Identity:
                return IdentityOf(reader, options, account);
            case AzureCredentials.Key:
                return SecretOf(reader, options) is { } key ? KeyOf(reader, key, account) : null;
            case AzureCredentials.Sas:
                return SecretOf(reader, options) is { } signed ? SignatureOf(reader, signed, container) : null;
            default:
                reader.Problem($"{At}:Credential: '{options.Credential}' does not do; say {AzureCredentials.Identity}, {AzureCredentials.Key} or {AzureCredentials.Sas}.");
                return null;
        }
    }

    private static BlobCredential.Identity? IdentityOf(SectionReader reader, AzureStorageOptions options, Uri account)
    {
        if (options.CredentialFile.Length > 0)
        {
            reader.Problem($"{At}:CredentialFile: an identity has no file; leave it out, or say {AzureCredentials.Key} or {AzureCredentials.Sas} as Credential.");
        }

        if (account.Scheme != "https")
        {
            reader.Problem($"{At}:Credential: an identity's tokens travel over https only, and AccountUrl is plain http.");
            return null;
        }

        return BlobCredential.Identity.OfThisHost(options.ClientId);
    }

    private static string? SecretOf(SectionReader reader, AzureStorageOptions options)
    {
        if (options.ClientId.Length > 0)
        {
            reader.Problem($"{At}:ClientId: only an identity has one.");
        }

        reader.Require($"{At}:CredentialFile", options.CredentialFile, text => text.Length > 0, "the file that holds the credential");
        var path = options.CredentialFile.Length == 0 ? "" : reader.PathOf(options.CredentialFile);
        try
        {
            if (path.Length > 0 && OwnerOnly.IsOpenToOthers(path))
            {
                reader.Problem($"{At}:CredentialFile: '{options.CredentialFile}' can be opened by others than its owner; make it mode 0600.");
                return null;
            }

            return path.Length == 0 ? null : File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reader.Problem($"{At}:CredentialFile: '{options.CredentialFile}' cannot be read: {e.Message}");
            return null;
        }
    }

    /// <summary>The account's name is the URL's path where it has one, as emulators and appliances do, else the host's first label.</summary>
    private static BlobCredential.SharedKey? KeyOf(SectionReader reader, string text, Uri account)
    {
        var key = new byte[text.Length];
        if (text.Length == 0 || !Convert.TryFromBase64String(text, key, out var length))
        {
            reader.Problem($"{At}:CredentialFile: that is no account key, which is Base64.");
            return null;
        }

        var path = account.AbsolutePath.Trim('/');
        return new(path.Length > 0 ? path : account.Host.Split('.')[0], key.AsMemory(0, length));
    }

    private static BlobCredential.Signature? SignatureOf(SectionReader reader, string text, Uri container)
    {
        var signed = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Query.Split('?', '&').Any(pair => pair.StartsWith("sig=", StringComparison.Ordinal));
        if (!signed || url!.GetLeftPart(UriPartial.Path).TrimEnd('/') != container.AbsoluteUri)
        {
            reader.Problem($"{At}:CredentialFile: that is no SAS URL of {container}: this URL, a question mark, and a query with 'sig='.");
            return null;
        }

        return new(url!.Query[1..]);
    }

    private static bool IsContainer(string text) => text.Length is >= 3 and <= 63 && !text.Contains("--", StringComparison.Ordinal)
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && text[0] != '-' && text[^1] != '-';
}
