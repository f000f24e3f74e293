namespace Scanlock.Gateway.Configuration;

/// <summary>The section <c>Gateway</c>: who this gateway is and where it keeps what.</summary>
public sealed record GatewayOptions
{
    /// <summary>The gateway's name, in its log's key and for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>The organisation that runs it: the only one whose stewards, reviewers and auditors it obeys.</summary>
    public string Organisation { get; init; } = "";

    /// <summary>Where it is, ISO 3166-1 alpha-2.</summary>
    public string Country { get; init; } = "";

    /// <summary>How others reach it; also the audience that access tokens must name.</summary>
    public string PublicUrl { get; init; } = "";

    public string Listen { get; init; } = "";

    /// <summary>Database, ciphertexts and log. Holds nothing that opens anything.</summary>
    public string StateDirectory { get; init; } = "";

    /// <summary>Every secret key, mode 0700; made at the first start. Never inside the state directory.</summary>
    public string KeyDirectory { get; init; } = "";
}

/// <summary>An entry of <c>Brokers</c>: a hub that may call, known by its public key.</summary>
public sealed record BrokerOptions
{
    public string Name { get; init; } = "";
    public string KeyFile { get; init; } = "";
}

/// <summary>An entry of <c>Agents</c>: the agent of one site, known by its public key.</summary>
public sealed record AgentOptions
{
    public string Site { get; init; } = "";
    public string Organisation { get; init; } = "";

    /// <summary>Where the site is, ISO 3166-1 alpha-2.</summary>
    public string Country { get; init; } = "";
    public string KeyFile { get; init; } = "";
}

/// <summary>An entry of <c>Organisations</c>: where an organisation is, for the policies' rule <c>countries</c>.</summary>
public sealed record OrganisationOptions
{
    public string Name { get; init; } = "";

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string Country { get; init; } = "";
}

/// <summary>The section <c>Datasets</c>: sizes.</summary>
public sealed record DatasetOptions
{
    /// <summary>Plaintext bytes after which a shard is closed.</summary>
    public long ShardBytes { get; init; } = 64L << 20;
}

/// <summary>The section <c>Storage</c>: where ciphertexts lie. Without it, below the state directory.</summary>
public sealed record StorageOptions
{
    /// <summary>A container of an Azure storage account instead.</summary>
    public AzureStorageOptions? Azure { get; init; }
}

/// <summary>The section <c>Storage:Azure</c>. The container is made beforehand, private, for this gateway alone.</summary>
public sealed record AzureStorageOptions
{
    /// <summary>The account's Blob service, such as https://ACCOUNT.blob.core.windows.net; plain http only on loopback.</summary>
    public string AccountUrl { get; init; } = "";

    public string Container { get; init; } = "";

    /// <summary>
    /// <c>identity</c>: the environment's, the workload's or the machine's own in Microsoft Entra. <c>key</c>: the account's key.
    /// <c>sas</c>: a shared access signature of the container that may read, add, create, write, delete and list.
    /// </summary>
    public string Credential { get; init; } = AzureCredentials.Identity;

    /// <summary>For <c>key</c> a file with the key, for <c>sas</c> one with the container's whole SAS URL; mode 0600, read at the start.</summary>
    public string CredentialFile { get; init; } = "";

    /// <summary>For <c>identity</c> where the machine has several: the client id of the one that is meant.</summary>
    public string ClientId { get; init; } = "";
}

/// <summary>Words of <see cref="AzureStorageOptions.Credential"/>.</summary>
public static class AzureCredentials
{
    public const string Identity = "identity";
    public const string Key = "key";
    public const string Sas = "sas";
}
