using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>The hub and the site, as far as the gateway sees them: statements under their real keys.</summary>
internal sealed class Hub(Hospital hospital)
{
    public const string SpecText = """{"v":1,"task":"classify","label":"covid","network":"resnet18","image_size":64,"epochs":2,"batch":8,"bootstrap":0}""";

    public string BrokerToken(Action<BrokerTokenParts>? change = null)
    {
        var now = hospital.Clock.GetUtcNow().ToUnixTimeSeconds();
        var parts = new BrokerTokenParts
        {
            Audience = GatewayKeyId, IssuedAt = now, ExpiresAt = now + 30, Issuer = "hub", Id = Guid.NewGuid().ToString(), Key = hospital.BrokerKey,
        };
        change?.Invoke(parts);
        return StatementKinds.BrokerToken.Sign(
            new BrokerToken(1, parts.Audience, parts.ExpiresAt, parts.IssuedAt, parts.Issuer, parts.Id), parts.Key).Compact;
    }

    private GatewayIdentity Identity => field ??= hospital.GetAsync(GatewayRoutes.Identity, null).GetAwaiter().GetResult().As(ContractsJson.Strict.GatewayIdentity);

    public string GatewayKeyId => Identity.Key;

    public VerifyingKey GatewayKey => VerifyingKey.FromPem(Identity.KeyPem);

    public Task<Answer> GetAsync(string path) => hospital.GetAsync(path, BrokerToken());

    public static AccessRequest Request(string dataset = Hospital.Dataset, string permission = "HMB", string site = Hospital.Site, int trials = 2, int? version = null) =>
        new(1, Guid.NewGuid().ToString(), dataset, version, "covid-screening", new Purpose(permission, ["NPU"], null), site, Policies.Trainer,
            new SpecBounds(trials, 20_000_000, 10, 20, []));

    public Task<Answer> AskAsync(AccessRequest request, string? token = null) =>
        hospital.PostAsync(GatewayRoutes.Requests, token ?? hospital.Researcher, request, ContractsJson.Strict.AccessRequest);

    /// <summary>Asks and is allowed; the permit as the broker fetches it.</summary>
    public async Task<PermitView> PermitAsync(AccessRequest? request = null)
    {
        var view = (await AskAsync(request ?? Request())).As(ContractsJson.Strict.RequestView);
        Assert.Equal(RequestStates.Allowed, view.State);
        return (await GetAsync(Routes.Fill(GatewayRoutes.BrokerPermit, view.Id))).As(ContractsJson.Strict.PermitView);
    }

    public Permit Read(PermitView view) => StatementKinds.Permit.Verify(view.Permit!, GatewayKey).Value;

    public DatasetManifest Manifest(PermitView view) => StatementKinds.Manifest.Verify(view.Manifest!, GatewayKey).Value;

    public Statement<Job> Job(PermitView permit, Func<Job, Job>? change = null)
    {
        var manifest = Manifest(permit);
        var job = new Job(
            1, Guid.NewGuid().ToString(), hospital.BrokerKey.Public.Id, Hospital.Site, [permit.Permit!], [permit.Manifest!],
            [.. manifest.Parts().Select(part => new JobInput(part.Id, part.Ciphertext, part.CiphertextBytes))],
            Policies.Trainer, JsonDocument.Parse(SpecText).RootElement, 7, new JobResources(1, 1024, 0, 10), hospital.Clock.GetUtcNow());
        return StatementKinds.Job.Sign(change?.Invoke(job) ?? job, hospital.BrokerKey);
    }

    public Statement<KeyRequest> KeyRequest(Statement<Job> job, PrivateKey holder, int sequence = 0, Func<KeyRequest, KeyRequest>? change = null)
    {
        var permit = StatementKinds.Permit.ReadUnverified(job.Value.Permits[0]);
        var request = new KeyRequest(
            1, job.Digest, permit.Digest, Convert.ToBase64String(holder.PublicKey.ToArray()), Policies.Trainer, Policies.Runtime, "node-1",
            IsolationWays.Bubblewrap, sequence, null, hospital.Clock.GetUtcNow());
        return StatementKinds.KeyRequest.Sign(change?.Invoke(request) ?? request, hospital.AgentKey);
    }

    public Task<Answer> AskKeysAsync(Statement<Job> job, Statement<KeyRequest> request) => hospital.PostAsync(
        GatewayRoutes.BrokerKeys, BrokerToken(), new KeyExchange(job.Compact, request.Compact), ContractsJson.Strict.KeyExchange);

    public KeyRelease Released(Answer answer) =>
        StatementKinds.KeyRelease.Verify(answer.As(ContractsJson.Strict.KeyAnswer).Release, GatewayKey).Value;

    /// <summary>A job that has its keys.</summary>
    public async Task<Statement<Job>> StartAsync(PermitView permit, Func<Job, Job>? change = null)
    {
        var job = Job(permit, change);
        using var holder = PrivateKey.Generate();
        Released(await AskKeysAsync(job, KeyRequest(job, holder)));
        return job;
    }

    public Task<Answer> PartAsync(PermitView permit, string part) => GetAsync(PartPath(permit, part));

    public string PartPath(PermitView view, string part)
    {
        var permit = Read(view);
        var dataset = permit.Datasets[0];
        return $"{Routes.Fill(GatewayRoutes.BrokerPart, dataset.Dataset, $"{dataset.Version}", part)}?permit={permit.Id}";
    }

    public Statement<Progress> Progress(Statement<Job> job, int sequence, string? failure = null, params (string Name, double Value)[] values) =>
        StatementKinds.Progress.Sign(
            new Progress(1, job.Digest, sequence, 1, sequence, values.ToDictionary(value => value.Name, value => value.Value), failure, hospital.Clock.GetUtcNow()),
            hospital.AgentKey);

    public Task<Answer> ReportAsync(Statement<Job> job, params Statement<Progress>[] progress) => hospital.PostAsync(
        GatewayRoutes.BrokerProgress, BrokerToken(), new ProgressReport(job.Compact, [.. progress.Select(statement => statement.Compact)]), ContractsJson.Strict.ProgressReport);
}

/// <summary>What a test may change of a broker's token.</summary>
internal sealed class BrokerTokenParts
{
    public required string Audience { get; set; }
    public required long IssuedAt { get; set; }
    public required long ExpiresAt { get; set; }
    public required string Issuer { get; set; }
    public required string Id { get; set; }
    public required SigningKey Key { get; set; }
}
