using System.Net;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Keys;

[Trait("promise", "P5")]
public sealed class KeyTests
{
    [Fact]
    public async Task A_running_job_gets_headers_that_open_every_part_with_its_own_key_only()
    {
        await using var hospital = await Hospital.StartAsync(shardBytes: 16 << 10);
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var job = hub.Job(permit);
        using var holder = PrivateKey.Generate();
        using var stranger = PrivateKey.Generate();
        var request = hub.KeyRequest(job, holder);
        var release = hub.Released(await hub.AskKeysAsync(job, request));
        Assert.Equal((request.Digest, 900), (release.Request, release.LeaseSeconds));
        Assert.Equal(hub.Manifest(permit).Parts().Select(part => part.Id), release.Headers.Select(header => header.Part));
        foreach (var part in hub.Manifest(permit).Parts())
        {
            var header = Convert.FromBase64String(release.Headers.Single(candidate => candidate.Part == part.Id).Header);
            var body = new MemoryStream((await hub.PartAsync(permit, part.Id)).Body);
            Assert.False((await ManifestOpening.ToMemoryAsync(header, body, part, holder, 1 << 24, CancellationToken.None)).IsRefused);
            Assert.True(Header.Open(header, stranger).IsRefused);
        }

        var entry = Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.KeysRelease);
        Assert.Equal(("allow", job.Digest), (entry.Decision, entry.Digests["job"]));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task Asking_again_gives_an_equivalent_answer_and_counts_once_also_over_a_restart()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync(Hub.Request(trials: 1));
        var job = hub.Job(permit);
        using var holder = PrivateKey.Generate();
        var request = hub.KeyRequest(job, holder);
        hub.Released(await hub.AskKeysAsync(job, request));
        await hospital.RestartAsync();
        var release = hub.Released(await hub.AskKeysAsync(job, request));
        Assert.Equal(request.Digest, release.Request);
        Assert.NotEmpty(release.Headers);
        var second = hub.Job(permit);
        Assert.Contains("permit", (await hub.AskKeysAsync(second, hub.KeyRequest(second, holder))).Rules);
    }

    [Fact]
    public async Task One_job_gets_keys_for_one_key_pair()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var job = await hub.StartAsync(await hub.PermitAsync());
        using var another = PrivateKey.Generate();
        Assert.Equal(["job"], (await hub.AskKeysAsync(job, hub.KeyRequest(job, another))).Rules);
    }

    [Fact]
    public async Task A_renewal_follows_the_lease_without_headers_and_not_after_it_lapsed()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, lease: "2m"));
        var hub = new Hub(hospital);
        var job = hub.Job(await hub.PermitAsync());
        using var holder = PrivateKey.Generate();
        Assert.Equal(["lease"], (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, sequence: 1))).Rules);
        hub.Released(await hub.AskKeysAsync(job, hub.KeyRequest(job, holder)));
        hospital.Clock.Advance(TimeSpan.FromMinutes(1));
        var renewal = hub.Released(await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, sequence: 1)));
        Assert.Equal((120, 0), (renewal.LeaseSeconds, renewal.Headers.Count));
        Assert.Equal(["lease"], (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, sequence: 5))).Rules);
        hospital.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["lease"], (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, sequence: 2))).Rules);
    }

    [Fact]
    public async Task Revoking_acts_before_the_start_and_while_running()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var (running, waiting) = (hub.Job(permit), hub.Job(permit));
        using var holder = PrivateKey.Generate();
        hub.Released(await hub.AskKeysAsync(running, hub.KeyRequest(running, holder)));
        await hospital.RevokeAsync(hub.Read(permit).Id);
        Assert.Equal(["revoked"], (await hub.AskKeysAsync(running, hub.KeyRequest(running, holder, sequence: 1))).Rules);
        Assert.Equal(["revoked"], (await hub.AskKeysAsync(waiting, hub.KeyRequest(waiting, holder))).Rules);
        Assert.Equal(2, (await hospital.LogAsync()).Count(entry => entry is { Act: Acts.KeysRelease or Acts.KeysRenew, Decision: "deny" }));
    }

    [Fact]
    public async Task A_stricter_policy_acts_on_permits_that_were_given_before()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var job = hub.Job(permit);
        using var holder = PrivateKey.Generate();
        await hospital.ReplacePolicyAsync(Policies.For(Hospital.Dataset, epochs: 1));
        Assert.Equal(["limits"], (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder))).Rules);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public async Task Epochs_of_pre_training_count_against_the_permits_ten(int epochs, bool opens)
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var spec = $$"""{"v":1,"label":"covid","network":"resnet18","epochs":2,"batch":8,"pretraining":{"epochs":{{epochs}},"method":"rotation"} }""";
        var job = hub.Job(await hub.PermitAsync(), made => made with { Spec = JsonDocument.Parse(spec).RootElement });
        using var holder = PrivateKey.Generate();

        var answer = await hub.AskKeysAsync(job, hub.KeyRequest(job, holder));

        Assert.Equal(opens ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Status);
    }

    [Fact]
    public async Task An_expired_permit_opens_nothing()
    {
        await using var hospital = await Hospital.StartAsync();
        var soon = hospital.Clock.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd");
        await hospital.SealPhantomsAsync(policy: Policies.For(Hospital.Dataset, expires: soon));
        var hub = new Hub(hospital);
        var job = hub.Job(await hub.PermitAsync());
        using var holder = PrivateKey.Generate();
        hospital.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Contains("expires", (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder))).Rules);
    }

    [Fact]
    [Trait("promise", "P4")]
    public async Task Statements_that_do_not_bind_each_other_get_no_keys()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var (job, other) = (hub.Job(permit), hub.Job(permit));
        using var holder = PrivateKey.Generate();
        using var stranger = SigningKey.Create();
        Assert.Equal(["job"], (await hub.AskKeysAsync(job, hub.KeyRequest(other, holder))).Rules);
        Assert.Equal(["permit"], (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, change: r => r with { Permit = Sha256Digest.Of("x"u8) }))).Rules);
        Assert.Contains("trainers", (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, change: r => r with { Trainer = Sha256Digest.Of("x"u8) }))).Rules);
        Assert.Contains("isolation", (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, change: r => r with { Isolation = IsolationWays.None }))).Rules);
        Assert.Contains("time", (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, change: r => r with { At = r.At.AddMinutes(-6) }))).Rules);
        Assert.Contains("job", (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, change: r => r with { PublicKey = Convert.ToBase64String(new byte[32]) }))).Rules);
        var partial = hub.Job(permit, j => j with { Inputs = [.. j.Inputs.Skip(1)] });
        Assert.Equal(["job"], (await hub.AskKeysAsync(partial, hub.KeyRequest(partial, holder))).Rules);
        var elsewhere = hub.Job(permit, j => j with { Site = "elsewhere" });
        Assert.Equal(["sites"], (await hub.AskKeysAsync(elsewhere, hub.KeyRequest(elsewhere, holder))).Rules);
        var badSpec = hub.Job(permit, j => j with { Spec = System.Text.Json.JsonDocument.Parse("""{"v":1,"task":"guess"}""").RootElement });
        Assert.Equal(["spec"], (await hub.AskKeysAsync(badSpec, hub.KeyRequest(badSpec, holder))).Rules);
        var elsewhereBegun = hub.Job(permit, j => j with { Spec = Started(Sha256Digest.Of("weights"u8)) });
        Assert.Contains("initial_weights", (await hub.AskKeysAsync(elsewhereBegun, hub.KeyRequest(elsewhereBegun, holder))).Rules);

        var forgedRequest = StatementKinds.KeyRequest.Sign(hub.KeyRequest(job, holder).Value, stranger);
        Assert.Equal(["statement"], (await hub.AskKeysAsync(job, forgedRequest)).Rules);
        var forgedJob = StatementKinds.Job.Sign(job.Value, stranger);
        Assert.Equal(["statement"], (await hub.AskKeysAsync(forgedJob, hub.KeyRequest(forgedJob, holder))).Rules);
        var forgedPermit = StatementKinds.Permit.Sign(hub.Read(permit) with { Sites = [Hospital.Site, "more"] }, stranger);
        var withForged = hub.Job(permit, j => j with { Permits = [forgedPermit.Compact] });
        Assert.Equal(["statement"], (await hub.AskKeysAsync(withForged, hub.KeyRequest(withForged, holder))).Rules);
        Assert.DoesNotContain(await hospital.LogAsync(), entry => entry is { Act: Acts.KeysRelease, Decision: "allow" });
        Assert.Equal(13, (await hospital.LogAsync()).Count(entry => entry is { Act: Acts.KeysRelease, Decision: "deny" }));
    }

    [Fact]
    [Trait("promise", "P6")]
    public async Task Progress_is_declared_numbers_bounded_by_the_permit_and_counted_once()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var silent = hub.Job(permit);
        Assert.Equal(["progress"], (await hub.ReportAsync(silent, hub.Progress(silent, 1, null, ("loss", 0.5)))).Rules);
        Assert.Equal(HttpStatusCode.NoContent, (await hub.ReportAsync(silent, hub.Progress(silent, 1, JobFailures.SiteRefused))).Status);

        var job = await hub.StartAsync(permit);
        var first = hub.Progress(job, 1, null, ("loss", 0.5), ("auc", 0.7));
        Assert.Equal(HttpStatusCode.NoContent, (await hub.ReportAsync(job, first)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await hub.ReportAsync(job, first)).Status);
        var logged = (await hospital.LogAsync()).Where(entry => entry.Act == Acts.JobProgress && entry.Subjects["job"] == job.Digest.ToString()).ToList();
        Assert.Equal(2L, Assert.Single(logged).Counts["values"]);
        Assert.Equal(["progress"], (await hub.ReportAsync(job, hub.Progress(job, 2, null, ("pixel_17", 3)))).Rules);
        var flood = Enumerable.Range(2, 10).Select(i => hub.Progress(job, i, null, ("loss", i), ("auc", i))).ToArray();
        Assert.Equal(["progress"], (await hub.ReportAsync(job, flood)).Rules);
        Assert.Equal(["progress"], (await hub.ReportAsync(job, hub.Progress(job, 2, "because of Mrs Smith"))).Rules);
        Assert.Equal(HttpStatusCode.NoContent, (await hub.ReportAsync(job, hub.Progress(job, 2, JobFailures.TrainerCrashed))).Status);

        using var holder = PrivateKey.Generate();
        Assert.Contains("job", (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder, sequence: 1))).Rules);
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task A_receipt_goes_on_record_once()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var job = await hub.StartAsync(await hub.PermitAsync());
        var receipt = StatementKinds.PurgeReceipt.Sign(
            new PurgeReceipt(1, Hospital.Site, job.Digest, [.. job.Value.Inputs.Select(input => input.Digest)], [], hospital.Clock.GetUtcNow()), hospital.AgentKey);
        for (var i = 0; i < 2; i++)
        {
            var answer = await hospital.PostAsync(
                GatewayRoutes.BrokerReceipts, hub.BrokerToken(), new ReceiptSubmission(job.Compact, receipt.Compact), ContractsJson.Strict.ReceiptSubmission);
            Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        }

        var entry = Assert.Single(await hospital.LogAsync(), logged => logged.Act == Acts.JobReceipt);
        Assert.Equal((receipt.Digest, (long)job.Value.Inputs.Count), (entry.Digests["receipt"], entry.Counts["deleted"]));
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task A_withdrawn_dataset_can_be_opened_by_nobody()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        var job = hub.Job(permit);
        using var holder = PrivateKey.Generate();
        Assert.Equal(DatasetStates.Withdrawn, (await hospital.WithdrawAsync()).As(ContractsJson.Strict.DatasetEntry).State);
        Assert.Contains("withdrawn", (await hub.AskKeysAsync(job, hub.KeyRequest(job, holder))).Rules);
        Assert.Contains("withdrawn", (await hub.PartAsync(permit, "shard-00000")).Rules);
        Assert.Null((await hub.GetAsync(Routes.Fill(GatewayRoutes.BrokerPermit, hub.Read(permit).Id))).As(ContractsJson.Strict.PermitView).Permit);
        foreach (var folder in new[] { "headers", "samples", "bodies" })
        {
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(hospital.State, "blobs", folder, Hospital.Dataset)));
        }

        Assert.False(File.Exists(Path.Combine(hospital.KeyFolder, "datasets", $"{Hospital.Dataset}.key")));
        (await hospital.WithdrawAsync()).Problem(HttpStatusCode.Conflict);
        (await hospital.SendAsync(HttpMethod.Post, Routes.Fill(GatewayRoutes.Uploads, Hospital.Dataset), hospital.Steward)).Problem(HttpStatusCode.Conflict);
        Assert.Contains("withdrawn", (await hub.AskAsync(Hub.Request())).Rules);
    }

    private static System.Text.Json.JsonElement Started(Sha256Digest weights) => System.Text.Json.JsonDocument.Parse(
        Hub.SpecText.Replace("}", $",\"initial_weights\":\"{weights}\"}}", StringComparison.Ordinal)).RootElement;
}
