using System.Text;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;

namespace Scanlock.HpcAgent.Tests.Hub;

/// <summary>
/// A hospital's gateway and the hub's broker, as far as an agent meets them: by what they sign and encrypt with their own keys.
/// </summary>
internal sealed class TestGateway : IDisposable
{
    /// <summary>Stands in the clear in every shard; must never stand on a disk of the site.</summary>
    public const string Marker = "PLAINTEXT-OF-A-SCAN-7351";

    private readonly TestSite _site;
    private readonly PrivateKey _storage = PrivateKey.Generate();
    private readonly PrivateKey _results = PrivateKey.Generate();
    private readonly List<(ManifestPart Part, byte[] Header, byte[] Body)> _parts = [];

    private TestGateway(TestSite site) => _site = site;

    public Statement<DatasetManifest> Manifest { get; private set; } = null!;

    public IReadOnlyList<(ManifestPart Part, byte[] Header, byte[] Body)> Parts => _parts;

    /// <summary>A dataset of two shards and a label table that hold nothing but text.</summary>
    public static Task<TestGateway> CreateAsync(TestSite site) => CreateAsync(site,
        ("shard-00000", Encoding.UTF8.GetBytes($"{Marker} 0 {new string('a', 200_000)}"), 8),
        ("shard-00001", Encoding.UTF8.GetBytes($"{Marker} 1 {new string('b', 70_000)}"), 8),
        ("labels-1", Encoding.UTF8.GetBytes($"{Marker} labels"), 16));

    /// <summary>A dataset of these parts, the label table last.</summary>
    public static async Task<TestGateway> CreateAsync(TestSite site, params (string Id, byte[] Content, int Samples)[] contents)
    {
        var gateway = new TestGateway(site);
        foreach (var (id, content, samples) in contents)
        {
            await gateway.SealAsync(id, content, samples);
        }

        var parts = gateway._parts.Select(p => p.Part).ToArray();
        gateway.Manifest = StatementKinds.Manifest.Sign(
            new(Wire.Version, site.GatewayKey.Public.Id, "covid-ct", 1, DatasetManifest.SampleSchemaV1, parts[..^1], parts[^1], ["covid"]), site.GatewayKey);
        return gateway;
    }

    private async Task SealAsync(string id, byte[] content, int samples)
    {
        using var body = new MemoryStream();
        var sealedBody = await ManifestSealing.SealAsync(new MemoryStream(content), body, [_storage.PublicKey], default);
        _parts.Add((sealedBody.ToPart(id, samples), sealedBody.Header.ToArray(), body.ToArray()));
    }

    public Permit Permit(Sha256Digest trainer) => new(
        Wire.Version, Guid.NewGuid().ToString(), _site.GatewayKey.Public.Id,
        new("https://issuer.example", "researcher-1", "unito", [Roles.Researcher]), "lung", new("HMB", [], null), new(null, null, null),
        [new("covid-ct", 1, Manifest.Digest)], [TestSite.Name], [trainer],
        new SpecBounds(10, 20_000_000, 10, 100, []), new Minima(4, 1, 1), [IsolationWays.Bubblewrap, IsolationWays.BubblewrapSwap],
        new EgressRules(1_000_000, "f32", 1, "auto", 0), [], DateTimeOffset.UnixEpoch, new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero), 120,
        Sha256Digest.Of("policy"u8), _results.PublicKey.ToString());

    public Job Job(Permit permit) => new(
        Wire.Version, Guid.NewGuid().ToString(), _site.BrokerKey.Public.Id, TestSite.Name,
        [StatementKinds.Permit.Sign(permit, _site.GatewayKey).Compact], [Manifest.Compact],
        [.. _parts.Select(p => new JobInput(p.Part.Id, p.Part.Ciphertext, p.Part.CiphertextBytes))],
        permit.Trainers[0], Spec("""{"v":1,"label":"covid","network":"resnet18","epochs":3,"batch":4}"""), 7, new(1, 256, 0, 2), DateTimeOffset.UnixEpoch);

    public static JsonElement Spec(string json) => JsonDocument.Parse(json).RootElement.Clone();

    public Statement<Job> Sign(Job job) => StatementKinds.Job.Sign(job, _site.BrokerKey);

    /// <summary>What the gateway answers a key request with.</summary>
    public KeyRelease Release(Statement<KeyRequest> request, int leaseSeconds = 120)
    {
        var reader = PublicKey.Parse(request.Value.PublicKey).Unwrap();
        var headers = request.Value.Sequence > 0
            ? []
            : _parts.Select(p => new PartHeader(p.Part.Id, Convert.ToBase64String(Header.Reencrypt(p.Header, _storage, [reader]).Unwrap()))).ToArray();
        return new(Wire.Version, request.Digest, headers, leaseSeconds, TimeProvider.System.GetUtcNow());
    }

    public string Sign(KeyRelease release) => StatementKinds.KeyRelease.Sign(release, _site.GatewayKey).Compact;

    public async Task StageAsync(AgentConnection agent)
    {
        foreach (var (part, _, body) in _parts)
        {
            Assert.Equal(new Stored(body.Length, true), await agent.AskAsync(new Put(part.Ciphertext, body.Length, 0), body));
        }
    }

    /// <summary>Opens a sealed part of a result, as the gateway's gate will.</summary>
    public async Task<byte[]> OpenAsync(byte[] file, SealedPart part) =>
        (await ResultSealing.OpenToMemoryAsync(new MemoryStream(file), part, _results, 100_000_000, default)).Unwrap();

    public void Dispose()
    {
        _storage.Dispose();
        _results.Dispose();
    }
}
